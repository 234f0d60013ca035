"""What talks to the outside: Slack, REST, scheduler, command line. Holds no rules of the domain."""
