package io.holdfast.client;

import java.time.Duration;
import java.util.Objects;

/**
 * A client's settings and defaults.
 *
 * @param deadline of a request that names none: 1 ms to 5 minutes; 10 s by default
 * @param maxInFlight requests that may be on their way at once, 1 to 1,000,000; 16384 by default. Each holds its key
 *     and value in memory
 * @param whenFull what happens to a request beyond that; waiting by default
 * @param maxWaiting requests that may wait in this client, beyond those in flight, under {@link WhenFull#WAIT}; 65536
 *     by default. Beyond that an asynchronous request fails and a blocking one waits in its own thread. What a blocking call sends only when
 *     something before it was answered, such as a transaction's scan its further pages, is asynchronous
 * @param writeConcern of a write that names none
 * @param maxStaleness of a read that names none; zero, the default, is linearizable
 */
public record ClientOptions(
        Duration deadline,
        int maxInFlight,
        WhenFull whenFull,
        int maxWaiting,
        WriteConcern writeConcern,
        Duration maxStaleness) {

    /** What a client does with a request when {@link #maxInFlight} are on their way. */
    public enum WhenFull {
        /** Send it later, in the order of the calls, if its deadline allows. */
        WAIT,
        /** Fail it at once with {@link ClientFullException}. */
        FAIL
    }

    /** The defaults. */
    public static final ClientOptions DEFAULT = new ClientOptions(
            Duration.ofSeconds(10), 16384, WhenFull.WAIT, 65536, WriteConcern.SERVER_DEFAULT, Duration.ZERO);

    public ClientOptions {
        Limits.checkDeadline(deadline);
        Limits.checkStaleness(maxStaleness);
        Objects.requireNonNull(whenFull, "whenFull");
        Objects.requireNonNull(writeConcern, "writeConcern");
        if (maxInFlight < 1 || maxInFlight > 1_000_000) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST, "maxInFlight is " + maxInFlight + ": give 1 to 1000000.");
        }
        if (maxWaiting < 0 || maxWaiting > 10_000_000) {
            throw new InvalidRequestException(
                    Reason.INVALID_REQUEST, "maxWaiting is " + maxWaiting + ": give 0 to 10000000.");
        }
    }

    public ClientOptions withDeadline(Duration wait) {
        return new ClientOptions(wait, maxInFlight, whenFull, maxWaiting, writeConcern, maxStaleness);
    }

    public ClientOptions withMaxInFlight(int requests) {
        return new ClientOptions(deadline, requests, whenFull, maxWaiting, writeConcern, maxStaleness);
    }

    public ClientOptions withWhenFull(WhenFull policy) {
        return new ClientOptions(deadline, maxInFlight, policy, maxWaiting, writeConcern, maxStaleness);
    }

    public ClientOptions withMaxWaiting(int requests) {
        return new ClientOptions(deadline, maxInFlight, whenFull, requests, writeConcern, maxStaleness);
    }

    public ClientOptions withWriteConcern(WriteConcern concern) {
        return new ClientOptions(deadline, maxInFlight, whenFull, maxWaiting, concern, maxStaleness);
    }

    public ClientOptions withMaxStaleness(Duration age) {
        return new ClientOptions(deadline, maxInFlight, whenFull, maxWaiting, writeConcern, age);
    }
}
