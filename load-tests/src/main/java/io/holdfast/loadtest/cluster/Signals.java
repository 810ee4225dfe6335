package io.holdfast.loadtest.cluster;

import java.io.IOException;

/** Signals to processes, by their ids. */
final class Signals {
    private Signals() {}

    /** @param signal such as {@code KILL} */
    static void send(String signal, long process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("Process " + process + " did not take the signal " + signal
                    + ": it has ended, or belongs to another user.");
        }
    }
}
