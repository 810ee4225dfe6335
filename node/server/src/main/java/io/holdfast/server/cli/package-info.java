/**
 * The command line, {@code bin/holdfast}. Commands read their options, call the SDK and print; they hold no rules of the
 * store. What a command needs of its surroundings it gets from {@link io.holdfast.server.cli.Terminal}, so that tests run
 * them in process.
 */
package io.holdfast.server.cli;
