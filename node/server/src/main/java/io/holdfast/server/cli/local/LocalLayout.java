package io.holdfast.server.cli.local;

import com.typesafe.config.ConfigUtil;
import io.holdfast.config.PersistenceSettings.Journal;
import io.holdfast.config.ToleranceSettings;
import io.holdfast.persistence.cassandra.local.LocalCassandra;
import io.holdfast.server.cli.CommandFailure;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Several sites on this machine: which ports and directories their nodes have. A node is named as its site is, a, b, c …, and at sites of
 * several nodes a1, a2, a3, b1 …
 *
 * @param sites their number
 * @param nodesPerSite one, or three and more on a journal that they share
 * @param basePort port for clients of the first node; each further site's is ten higher, or more if its nodes need more. The next port is for
 *     other nodes, the one after it for the status endpoint, and then comes the site's next node
 * @param hosts where each site's nodes listen
 * @param journal where all of them keep their journals
 * @param dataDir everything that they keep: a configuration, a log and a directory for each
 */
public record LocalLayout(int sites, int nodesPerSite, int basePort, Path dataDir, SiteHosts hosts, Journal journal) {
    public static final int DEFAULT_PORT = 7400;
    private static final int SITE_STEP = 10;
    private static final int PORTS_USED = 3;
    private static final int MAX_SITES = 9;
    private static final int MAX_NODES = 9;
    /** Behind the ports of the last site there can be, if its sites have few nodes. */
    private static final int CASSANDRA_PORT = 95;

    private static final int CASSANDRA_PORTS = 3;
    private static final long MAX_LOG_READ = 1 << 20;
    private static final long END_OF_LOG = 1 << 16;

    public LocalLayout {
        if (sites < 1 || sites > MAX_SITES) {
            throw CommandFailure.usage("--sites is " + sites + ": give 1 to " + MAX_SITES + ".");
        }
        if (nodesPerSite < 1 || nodesPerSite == 2 || nodesPerSite > MAX_NODES) {
            throw CommandFailure.usage("--nodes-per-site is " + nodesPerSite + ": give 1, or 3 to " + MAX_NODES
                    + ". Of two nodes neither is a majority, so the loss of one would stop both.");
        }
        if (nodesPerSite > 1 && journal != Journal.CASSANDRA) {
            throw CommandFailure.usage("--nodes-per-site is " + nodesPerSite
                    + ": the nodes of a site share its journal, which takes --journal cassandra.");
        }
        int ports = journal == Journal.CASSANDRA
                ? cassandraOffset(sites, nodesPerSite) + CASSANDRA_PORTS
                : sites * portsOfASite(nodesPerSite);
        if (basePort < 1024 || basePort + ports > 65_535) {
            throw CommandFailure.usage("--port is " + basePort + ": give 1024 to " + (65_535 - ports) + ".");
        }
        dataDir = dataDir.toAbsolutePath().normalize();
    }

    private static int portsOfASite(int nodes) {
        return (nodes * PORTS_USED + SITE_STEP - 1) / SITE_STEP * SITE_STEP;
    }

    private static int cassandraOffset(int sites, int nodes) {
        return Math.max(CASSANDRA_PORT, sites * portsOfASite(nodes));
    }

    /** All on the loopback interface, on RocksDB. */
    public LocalLayout(int sites, int basePort, Path dataDir) {
        this(sites, 1, basePort, dataDir, SiteHosts.LOOPBACK, Journal.ROCKSDB);
    }

    /** On RocksDB. */
    public LocalLayout(int sites, int basePort, Path dataDir, SiteHosts hosts) {
        this(sites, 1, basePort, dataDir, hosts, Journal.ROCKSDB);
    }

    /** How the local Cassandra runs, in which each site has a keyspace, when the journals are there. */
    LocalCassandra.Options cassandra() {
        return new LocalCassandra.Options(dataDir.resolve("cassandra"), cassandraPort());
    }

    private int cassandraPort() {
        return basePort + cassandraOffset(sites, nodesPerSite);
    }

    /** Of the sites. */
    List<String> siteNames() {
        return IntStream.range(0, sites)
                .mapToObj(i -> String.valueOf((char) ('a' + i)))
                .toList();
    }

    /** Of the nodes; where each site has one it has the site's name. */
    public List<String> names() {
        return siteNames().stream().flatMap(site -> nodesOf(site).stream()).toList();
    }

    List<String> nodesOf(String site) {
        return nodesPerSite == 1
                ? List.of(site)
                : IntStream.rangeClosed(1, nodesPerSite)
                        .mapToObj(number -> site + number)
                        .toList();
    }

    /**
     * The nodes in the order in which they start: first most of each site, as a cold start of the cluster needs them, and when these serve one more of
     * each site at a time. Many that start at once on a small machine answer each other so late that they seem dead.
     */
    List<List<String>> turns() {
        int most = nodesPerSite / 2 + 1;
        return IntStream.rangeClosed(most, nodesPerSite)
                .mapToObj(upTo -> siteNames().stream()
                        .flatMap(site -> nodesOf(site).subList(upTo == most ? 0 : upTo - 1, upTo).stream())
                        .toList())
                .toList();
    }

    /** Where many nodes share few processors they answer each other late, and would take each other for dead. */
    double patience() {
        return patience(sites * nodesPerSite, Runtime.getRuntime().availableProcessors());
    }

    /**
     * Each talks with each, so that the work of only being there grows with the square of their number. Tried: on two processors nine nodes want two
     * and a half times the usual (with twice, one was given up while they started), while three, and five, do with that.
     */
    static double patience(int nodes, int processors) {
        double wanted = Math.round(10.0 * nodes * nodes / (16 * processors)) / 10.0;
        return Math.min(ToleranceSettings.MOST_PATIENCE, Math.max(1, wanted));
    }

    /** The site of a node. */
    public String site(String node) {
        return node.substring(0, 1);
    }

    /** What a node is to be called in a sentence. */
    String label(String node) {
        return (nodesPerSite == 1 ? "site " : "node ") + node;
    }

    public int port(String node) {
        int number = node.length() == 1 ? 0 : Integer.parseInt(node.substring(1)) - 1;
        return basePort + portsOfASite(nodesPerSite) * (node.charAt(0) - 'a') + PORTS_USED * number;
    }

    public String endpoint(String node) {
        return hosts.host(site(node)) + ":" + port(node);
    }

    /** {@code a=127.0.0.1:7400 b=127.0.0.1:7410 c=127.0.0.1:7420}. */
    public String describe() {
        return names().stream().map(site -> site + "=" + endpoint(site)).collect(Collectors.joining(" "));
    }

    /** All endpoints, this site's first. */
    public String endpointsFrom(String first) {
        List<String> ordered = new ArrayList<>(names());
        ordered.remove(first);
        ordered.add(0, first);
        return ordered.stream().map(this::endpoint).collect(Collectors.joining(","));
    }

    Path config(String site) {
        return dataDir.resolve(site + ".conf");
    }

    /** Where a site's node writes what it does. */
    public Path log(String site) {
        return dataDir.resolve(site + ".log");
    }

    /** The first port that is taken, if one is. */
    public Optional<Integer> takenPort() {
        Stream<Integer> nodes =
                names().stream().flatMap(site -> IntStream.range(0, PORTS_USED).mapToObj(i -> port(site) + i));
        Stream<Integer> storage = journal == Journal.CASSANDRA
                ? IntStream.range(0, CASSANDRA_PORTS).mapToObj(i -> cassandraPort() + i)
                : Stream.of();
        return Stream.concat(nodes, storage).filter(port -> !isFree(port)).findFirst();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    /** Writes the configuration of each site, anew at each start. */
    void writeConfigurations() {
        try {
            Files.createDirectories(dataDir);
            for (String site : names()) {
                Files.writeString(config(site), configuration(site));
            }
        } catch (IOException failed) {
            throw CommandFailure.usage(
                    "The directory '" + dataDir + "' cannot be used for data: " + message(failed) + ".");
        }
    }

    String configuration(String self) {
        StringBuilder text = new StringBuilder("# Written by 'holdfast up', anew at each start.\n");
        text.append("site { name = ").append(site(self)).append(", host = \"").append(endpoint(self));
        text.append("\", data-dir = ");
        text.append(ConfigUtil.quoteString(dataDir.resolve(self).toString())).append(" }\n");
        // A level of one takes three sites; fewer are for trying things out.
        text.append("tolerance { sites = ").append(sites >= 3 ? 1 : 0);
        text.append(", patience = ").append(patience()).append(" }\n");
        text.append("sites {\n");
        for (String site : siteNames()) {
            text.append("  ").append(site).append(" { hosts = [");
            text.append(nodesOf(site).stream()
                    .map(node -> '"' + endpoint(node) + '"')
                    .collect(Collectors.joining(", ")));
            text.append("] }\n");
        }
        text.append("}\n");
        if (journal == Journal.CASSANDRA) {
            text.append("persistence {\n  journal = cassandra\n  cassandra { contact-points = [\"127.0.0.1:")
                    .append(cassandra().port())
                    .append("\"], keyspace = holdfast_");
            text.append(site(self)).append(" }\n}\n");
        }
        return text.toString();
    }

    static String message(IOException failed) {
        return failed.getClass().getSimpleName() + " " + failed.getMessage();
    }

    long logSize(String site) {
        File log = log(site).toFile();
        return log.exists() ? log.length() : 0;
    }

    /** What was added to a site's log after so many bytes. */
    String logSince(String site, long from) {
        try (RandomAccessFile log = new RandomAccessFile(log(site).toFile(), "r")) {
            long start = Math.max(0, from);
            log.seek(start);
            byte[] bytes = new byte[Math.toIntExact(Math.min(MAX_LOG_READ, Math.max(0, log.length() - start)))];
            log.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** The end of a site's log, for a message. */
    String endOfLog(String site) {
        if (!Files.exists(log(site))) {
            return "";
        }
        try {
            // A byte in it that is no text is shown as such: the message is about something else.
            List<String> lines =
                    logSince(site, logSize(site) - END_OF_LOG).lines().toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
        } catch (UncheckedIOException unreadable) {
            return "The log cannot be read: " + message(unreadable.getCause());
        }
    }
}
