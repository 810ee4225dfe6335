package io.holdfast.server.membership;

import com.typesafe.config.Config;
import java.time.Duration;

/** The section {@code holdfast.membership} of {@code reference.conf}, which says what each is for. */
record MembershipTimes(
        Duration probeInterval,
        Duration answerValidity,
        Duration promise,
        int stuckRounds,
        int silentRounds,
        int strangeRounds,
        int islandRounds,
        Duration waitingLogInterval,
        Duration missingSiteAfter,
        Duration storageRetryMin,
        Duration storageRetryMax) {

    static MembershipTimes of(Config system) {
        Config config = system.getConfig("holdfast.membership");
        Duration probe = config.getDuration("probe-interval");
        return new MembershipTimes(
                probe,
                config.getDuration("answer-validity"),
                config.getDuration("promise-duration"),
                rounds(config.getDuration("stuck-joining-after"), probe),
                rounds(config.getDuration("silent-after"), probe),
                rounds(config.getDuration("strange-after"), probe),
                rounds(config.getDuration("island-after"), probe),
                config.getDuration("waiting-log-interval"),
                config.getDuration("missing-site-after"),
                config.getDuration("storage-retry-min"),
                config.getDuration("storage-retry-max"));
    }

    private static int rounds(Duration time, Duration interval) {
        return (int) Math.max(1, time.toNanos() / Math.max(1, interval.toNanos()));
    }
}
