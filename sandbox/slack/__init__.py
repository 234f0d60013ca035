"""A local Slack: to try the product without an account, and what the tests use as Slack.

A separate program (`python -m sandbox.slack --help`) that speaks Slack's protocols and keeps
Slack's rules; where the documentation leaves a limit open it takes the smaller one.

    web_api.py, methods/   the Web API that an app calls
    blocks/                what Slack finds wrong with blocks and views
    delivery.py            signed requests to the app, or envelopes over sockets.py
    commands.py interactions.py events.py responses.py   what people do, and what comes back
    tickets.py faults.py   trigger ids and response URLs wear out; failures on demand
    workspace.py model.py people.py saving.py            what there is
    control.py             the API under /sandbox for the page and for tests
    page/                  the web page: plain modules, no build, no network

The page is stable for browser tests in its roles and names and in these attributes:

    body[data-ready] [data-live]                 drawn; changes are arriving
    [data-channel=ID] [data-unread=N]            an entry of the side bar
    [data-me=USER]                               who one acts as (a button that opens the choice)
    textarea[data-composer=channel|thread]       where to type; Enter sends
    article[data-ts] [data-author] [data-bot]    a message
    article[data-private]                        only visible to whom one acts as
    article[data-notice] [data-failure=REASON]   Slack's own error, such as operation_timeout
    [data-block-type] [data-block-id]            a block
    [data-action-id]                             an interactive element
    [role=option][data-value]                    a choice in an open menu
    dialog[data-view-id] [data-callback-id]      a modal; [data-submits] [data-closes] its buttons
    dialog[data-dialog=blocks|picture|confirm|tools]     the page's own; [data-raw] holds the JSON
    [data-view-blocks]                           the button that shows a message's raw blocks
    [data-thread=TS]                             opens a thread
    [data-tab=home|messages]                     of the app

Addresses: /#/CHANNEL, /#/CHANNEL/TS, /#/CHANNEL/TS/thread, /#/DM/home; ?as=USER says who one is.
"""
