package io.holdfast.server.gateway;

import io.holdfast.core.SiteId;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * @param localSite this node's site
 * @param clientId random, for writes whose callers bring no id; new at each start of the node
 * @param maxOutstanding operations that have not ended; beyond it they are refused as overloaded
 * @param unreachable the sites that this node does not reach, as far as it knows
 * @param nanos monotonic clock
 * @param wallMillis wall clock
 */
public record GatewayConfig(
        String localSite,
        long clientId,
        int maxOutstanding,
        Supplier<Set<SiteId>> unreachable,
        LongSupplier nanos,
        LongSupplier wallMillis) {
    /** How late the end of a timeout may be noticed. */
    public static final int SWEEP_MILLIS = 50;

    public static final int DEFAULT_MAX_OUTSTANDING = 65_536;

    public GatewayConfig {
        if (maxOutstanding < 1) {
            throw new IllegalArgumentException("a gateway needs room for at least one operation");
        }
    }
}
