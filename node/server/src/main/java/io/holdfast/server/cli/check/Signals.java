package io.holdfast.server.cli.check;

import java.io.IOException;

/** Sends signals to processes of this machine. */
final class Signals {
    private Signals() {}

    /** Answers whether the process took it. */
    static boolean send(String signal, long process) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-" + signal, Long.toString(process))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
