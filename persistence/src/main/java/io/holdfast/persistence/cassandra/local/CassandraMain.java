package io.holdfast.persistence.cassandra.local;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * Where the process of a local Cassandra begins, on Cassandra's class path: runs Cassandra's own daemon, and ends it in order when
 * standard input ends. So it never outlives the process that started it, however that died.
 */
public final class CassandraMain {
    private static final String DAEMON = "org.apache.cassandra.service.CassandraDaemon";

    private CassandraMain() {}

    /** Returns when the daemon has started; the process lives on until it is stopped. */
    public static void main(String[] args) throws ReflectiveOperationException {
        var watch = new Thread(CassandraMain::endWithInput, "holdfast-parent-watch");
        watch.setDaemon(true);
        watch.start();
        try {
            Class.forName(DAEMON).getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException failed) {
            throw new IllegalStateException("Cassandra has not started", failed.getCause());
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {
                // Nobody has anything to say here; only the end counts.
                continue;
            }
        } catch (IOException broken) {
            System.err.println("Standard input cannot be read (" + broken + "): stopping");
        }
        System.exit(0);
    }
}
