package io.holdfast.loadtest.cluster;

import java.io.IOException;

/** A running cluster. Methods block; they fail with an exception that says what to do. Safe for use by several threads. */
public interface Cluster extends AutoCloseable {
    /** As for {@link io.holdfast.client.HoldfastClient#connect}. */
    String endpoints();

    /** Makes a site unavailable. */
    void lose(String site, Fault fault) throws IOException, InterruptedException;

    /** Ends what {@link #lose} did. The site may then need a while to serve. */
    void bringBack(String site, Fault fault) throws IOException, InterruptedException;

    /** Stops a site in order and starts it again. It may then need a while to serve. */
    void restart(String site) throws IOException, InterruptedException;

    /** Whether this fault can be made here, or an explanation why not. */
    default void requireFault(Fault fault) {}

    /** Ends a cluster that was started; leaves a given one alone. May be called more than once. */
    @Override
    void close();
}
