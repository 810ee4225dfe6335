package io.holdfast.config;

import java.nio.file.Path;

/**
 * Section {@code site}: which node of the cluster this process is.
 *
 * @param name name of this node's site
 * @param self this node's own addresses, resolved from {@code site.name} and {@code site.host}
 * @param dataDir absolute directory for everything this node keeps on disk
 * @param dataShare share of the heap, less what the node itself takes, that its data may take; beyond it writes that bring more are refused
 * @param maxConnections connections of clients at a time
 */
public record SiteSettings(String name, NodeAddress self, Path dataDir, double dataShare, int maxConnections) {}
