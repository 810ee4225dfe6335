package io.holdfast.compare;

import java.io.IOException;

/** A store of three members on this machine, each a process with its own directory. Methods block. For one thread. */
public interface Peer extends AutoCloseable {
    String name();

    /** What was run, for the report. */
    String description();

    /** A new client, with one connection to each member. */
    Store connect();

    /** How many independent logs it has: each may have its own leader, and its own gap when one dies. */
    int partitions();

    /** A key of this partition. */
    String keyOf(int partition, int number);

    /** Kills the member that leads, or that leads most, with SIGKILL. */
    void killLeader() throws IOException, InterruptedException;

    /** Starts the killed member again, and waits until all members are there. */
    void bringBack() throws IOException, InterruptedException;

    @Override
    void close();
}
