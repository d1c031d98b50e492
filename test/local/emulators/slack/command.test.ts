import { describe, expect, it } from 'vitest';
import { slackHeaders, slashCommandBody } from '../../../../infra/local/emulators/slack/client/command.ts';

describe('slashCommandBody', () => {
  it('splits the command from its text', () => {
    const body = new URLSearchParams(
      slashCommandBody({
        line: '  /undo okeydokey to v1 ',
        user: 'U1',
        channel: 'C1',
        responseUrl: 'http://x/y',
      }),
    );

    expect(Object.fromEntries(body)).toMatchObject({
      command: '/undo',
      text: 'okeydokey to v1',
      user_id: 'U1',
      channel_id: 'C1',
      response_url: 'http://x/y',
    });
  });
});

describe('slackHeaders', () => {
  it("signs as in the example of Slack's documentation", () => {
    // https://docs.slack.dev/authentication/verifying-requests-from-slack
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';

    expect(slackHeaders('8f742231b10e8888abcd99yyyzzz85a5', body, 1531420618)['x-slack-signature']).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    );
  });
});
