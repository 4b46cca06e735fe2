/** Calls of test libraries by what they are for. */

export interface Purpose {
  /** The start of a sentence that a call completes. */
  readonly does: string;
  readonly calls: RegExp;
  /** What a test does without such a library: counted as an alternative, and never said. */
  readonly plain?: RegExp;
  /** Of all tests; a few suffice for what is seldom needed. */
  readonly share: number;
}

export const purposes: readonly Purpose[] = [
  {
    does: 'Tests control the clock with',
    calls:
      /^(?:(?:vi|jest|sinon)\.(?:useFakeTimers|setSystemTime)|mock\.timers\.enable|FakeTimers\.install|freeze_time|time_machine\.travel|travel_to|Timecop\.\w+|FakeTimeProvider|clockwork\.NewFakeClock|Clock\.fixed|Carbon::setTestNow)$/,
    share: 0,
  },
  {
    does: 'Tests mock with',
    calls:
      /^(?:sinon\.(?:stub|spy|mock|fake)|proxyquire|rewiremock|esmock|td\.(?:replace|func)|mocker\.\w+|(?:mock\.)?patch|MagicMock|Substitute\.For|Mock\.Of|A\.Fake|mockk|Mockito\.\w+|gomock\.NewController|httpmock\.\w+|\$this->prophesize|Mockery::mock|instance_double|class_double)$/,
    plain:
      /^(?:(?:vi|jest)\.(?:mock|fn|spyOn|stubGlobal)|monkeypatch\.\w+|\$this->(?:createMock|getMockBuilder)|t\.mock\.\w+)$/,
    share: 0,
  },
  {
    does: 'Tests make requests with',
    calls:
      /^(?:(?:fastify|app|server|instance)\.inject|(?:app|api)\.request|(?:supertest|chai)\.request|supertest|client\.(?:get|post|put|patch|delete)|(?:mockMvc|mvc|mockMvcTester)\.perform|TestClient)$/,
    share: 0.1,
  },
  { does: 'Tests run commands with', calls: /^(?:runner\.invoke|CliRunner|Command::cargo_bin)$/, share: 0.1 },
  {
    does: 'Tests say how many assertions they make with',
    calls: /^(?:t|assert)\.plan$|^expect\.assertions$/,
    share: 0.5,
  },
  {
    does: 'Tests assert with',
    calls:
      /^(?:(?:assert|require)\.(?:Equal|NoError|True|Nil|Len|Contains|Error)|assertThat|Assertions\.assertThat|assert_that|c\.Assert|should\.\w+)$/,
    plain: /^(?:t\.(?:Errorf|Fatalf|Fatal|Error)|assertEquals|assertTrue|Assert\.\w+)$/,
    share: 0.3,
  },
];
