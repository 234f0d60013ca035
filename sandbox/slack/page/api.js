// The control API of the local Slack, and what the page knows.

export const known = { me: null, state: null, users: new Map(), channels: new Map() };

export async function get(verb, params = {}) {
  const query = new URLSearchParams({ as: known.me, ...params });
  return (await fetch(`/sandbox/${verb}?${query}`)).json();
}

export async function post(verb, body = {}) {
  const reply = await fetch(`/sandbox/${verb}`, {
    method: "POST",
    body: JSON.stringify({ user: known.me, ...body }),
  });
  return reply.json();
}

export async function refresh() {
  known.state = await get("state");
  known.users = new Map(known.state.users.map((user) => [user.id, user]));
  for (const channel of known.state.channels) known.channels.set(channel.id, channel);
  return known.state;
}

export const app = () => known.state.app;
export const user = (id) => known.users.get(id);
export const channel = (id) => known.state.channels.find((one) => one.id === id);
export const people = () => known.state.users.filter((one) => one.role !== "bot");

const FAILURES = {
  operation_timeout: () => `${app().name} didn't acknowledge within ${known.state.ack_seconds} seconds.`,
  dispatch_failed: () =>
    `${app().name} couldn't be reached${app().mode === "socket" ? ": no Socket Mode connection is open." : app().app_url ? ` at ${app().app_url}.` : ": no address is set."}`,
  http_service_error: () => `${app().name} answered with an HTTP error.`,
  invalid_command_response: () =>
    `${app().name}'s answer breaks one of Slack's rules, so Slack doesn't show it.`,
  unknown_command: () => `The app's command is ${app().command}. Try ${app().command} help.`,
  not_in_threads: () => "Slack doesn't run slash commands in threads. Mention the app instead.",
};

export const explain = (failure) => (FAILURES[failure] ? FAILURES[failure]() : `Slack refused: ${failure}.`);
