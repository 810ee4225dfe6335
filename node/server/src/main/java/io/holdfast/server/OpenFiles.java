package io.holdfast.server;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/** How many files and connections the operating system lets this process have open at a time. */
final class OpenFiles {
    /** What a node needs beside its clients: some 140 when it starts, a few for each processor, then one for each 64 MiB of its journal, and its snapshots. */
    private static final long FOR_THE_NODE = 512;

    private static final long FOR_CLIENTS = 64;
    /** Of a high limit the node keeps as large a part for a journal that grows. */
    private static final int PART_FOR_THE_NODE = 4;

    private OpenFiles() {}

    /**
     * How many connections of clients there may be.
     *
     * @param wanted as the settings say
     * @throws IOException if the limit is too low for a node; the message says what to do
     */
    static int connections(int wanted) throws IOException {
        return connections(wanted, limit());
    }

    static int connections(int wanted, long limit) throws IOException {
        if (limit < FOR_THE_NODE + FOR_CLIENTS) {
            throw new IOException(
                    "This process may open " + limit + " files at a time, and a node needs at least "
                            + (FOR_THE_NODE + FOR_CLIENTS)
                            + " for its journal and its connections: raise the limit (\"ulimit -n\", or LimitNOFILE of a systemd unit).");
        }
        return (int) Math.min(wanted, limit - Math.max(FOR_THE_NODE, limit / PART_FOR_THE_NODE));
    }

    private static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }
}
