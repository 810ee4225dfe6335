package io.holdfast.core.raft;

import io.holdfast.core.SiteId;
import java.util.Map;

/**
 * The group as its leader sees it.
 *
 * @param matchIndex each other site's durable match index
 * @param heardWithinTimeout the sites that answered within the election timeout (meaningless while quiesced: all)
 * @param minimalVoterMatch the index that every voter holds durably, for write concern "all"
 */
public record LeaderView(
        Map<SiteId, Long> matchIndex, Map<SiteId, Boolean> heardWithinTimeout, long minimalVoterMatch) {}
