"""What talks to the outside: Slack, REST, the scheduler, the command line. Holds no rules of the domain."""
