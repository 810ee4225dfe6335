package io.holdfast.server.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Where {@code bin/holdfast} enters Java. */
public final class Main {
    // java.util.logging holds its loggers weakly: without this the level would be forgotten.
    private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

    private Main() {}

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        chooseLogging(args);
        System.exit(Cli.run(Terminal.ofProcess(), args));
    }

    /** A node tells its story on the console; the other commands speak for themselves. To be called before any logging. */
    private static void chooseLogging(String[] args) {
        boolean node = isNode(args);
        if (node && System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "logback-node.xml");
        }
        // gRPC speaks through java.util.logging: at its own levels it would report every connection of a dead site.
        GRPC_LOG.setLevel(node ? Level.WARNING : Level.OFF);
    }

    /** Any other argument of this name is a keyspace, a key or a value. */
    static boolean isNode(String... args) {
        return args.length > 0 && args[0].equals("node");
    }
}
