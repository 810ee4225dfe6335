package io.holdfast.server.gateway;

import java.util.List;

/** Whoever submitted operations. Called on any thread, by several at once; must not block. */
@FunctionalInterface
public interface Caller {
    /**
     * Some of the operations have ended, of partitions that the same site leads. Each operation ends exactly once, at the latest shortly after its time
     * is over.
     *
     * @param leaderSite that leads the partition as far as is known; empty if unknown
     */
    void answered(String leaderSite, List<Answer> answers);
}
