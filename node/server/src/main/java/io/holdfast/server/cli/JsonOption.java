package io.holdfast.server.cli;

import picocli.CommandLine.Option;

/** {@code --json}: one JSON document on standard output instead of text for people. */
public final class JsonOption {
    @Option(names = "--json", description = "Print JSON, for programs.")
    private boolean json;

    public boolean wanted() {
        return json;
    }
}
