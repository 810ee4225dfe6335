package io.holdfast.server.site;

import io.holdfast.server.serial.WireMessage;
import java.util.List;
import java.util.Map;

/**
 * One node's news for another of its site.
 *
 * @param from host:port of the sender between nodes
 * @param keyspaces how many the sender knows
 * @param leaders of partitions that have their replica on the sender
 * @param definitions of keyspaces, as the catalog keeps them; only for who knows fewer
 * @param catalogVoters site to identity, from the sender's replica of the catalog; empty: it has none
 */
public record SiteNews(
        String from, int keyspaces, List<Leader> leaders, List<byte[]> definitions, Map<String, Long> catalogVoters)
        implements SiteNewsMessage, WireMessage {
    public SiteNews {
        leaders = List.copyOf(leaders);
        definitions = List.copyOf(definitions);
        catalogVoters = Map.copyOf(catalogVoters);
    }

    /** @param site that leads, as the sender's replica knows */
    public record Leader(String keyspace, int partition, String site) {}
}
