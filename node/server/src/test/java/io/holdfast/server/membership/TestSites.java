package io.holdfast.server.membership;

import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.server.Disks;
import io.holdfast.server.FreePorts;
import io.holdfast.server.Links;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.Cluster;
import org.apache.pekko.cluster.MemberStatus;

/** Sites of one node each in this JVM, with real transport and real storage, whose nodes and links can be broken. */
final class TestSites implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Path dir;
    private final List<String> names;
    private final Map<String, Integer> ports = new TreeMap<>();
    private final Map<String, Node> running = new TreeMap<>();
    private final Set<List<String>> cuts = new HashSet<>();

    /** One life of a node. */
    record Node(String site, ActorSystem<Void> system, Membership membership, IncidentLog incidents) {
        Cluster cluster() {
            return Cluster.get(system);
        }

        boolean isUp() {
            return cluster().selfMember().status().equals(MemberStatus.up());
        }

        SiteIdentity identity() {
            return membership
                    .ready()
                    .toCompletableFuture()
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
        }

        boolean stopped() {
            return system.getWhenTerminated().toCompletableFuture().isDone();
        }
    }

    TestSites(Path dir, String... names) {
        this.dir = dir;
        this.names = List.of(names);
        // Three each, for nodes, clients and status.
        int next = FreePorts.row(3 * names.length);
        for (String name : names) {
            for (String use : List.of("", ".client", ".status")) {
                ports.put(name + use, next++);
            }
        }
    }

    HoldfastSettings settings(String site) {
        var text = new StringBuilder();
        text.append("site { name = ")
                .append(site)
                .append(", data-dir = \"")
                .append(dirOf(site))
                .append("\" }\nsites {\n");
        for (String name : names) {
            text.append(name)
                    .append(" { hosts = [\"127.0.0.1\"], port = ")
                    .append(ports.get(name + ".client"))
                    .append(", cluster-port = ")
                    .append(ports.get(name))
                    .append(" }\n");
        }
        text.append("}\ntolerance.sites = 0\n");
        // By default it is the port for clients and two, which may be one of the others.
        text.append("system.port = ").append(ports.get(site + ".status")).append('\n');
        return HoldfastSettings.parse(text.toString(), "test.conf");
    }

    Path dirOf(String site) {
        return dir.resolve(site);
    }

    Node start(String site) {
        HoldfastSettings settings = settings(site);
        Config config = ConfigFactory.parseString(
                        // Kill means kill: nobody says goodbye.
                        "pekko.coordinated-shutdown.run-by-actor-system-terminate = off\n"
                                + "pekko.remote.artery.advanced.test-mode = on\n"
                                + "holdfast.membership.island-after = 2s")
                .withFallback(PekkoConfig.of(settings, PekkoConfig.Hosting.SHARED_JVM));
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), PekkoConfig.SYSTEM_NAME, config);
        var incidents = new IncidentLog(System::currentTimeMillis);
        // A link that is cut stays cut, also for a node that starts: it must not get a word through first.
        cuts.stream().filter(it -> it.get(0).equals(site)).forEach(it -> Links.set(system, ports.get(it.get(1)), true));
        var node =
                new Node(site, system, Membership.start(system, settings, incidents, Lateness.of(system)), incidents);
        running.put(site, node);
        return node;
    }

    Node node(String site) {
        return running.get(site);
    }

    void kill(String site) {
        Node node = running.remove(site);
        node.system().terminate();
        awaitStopped(node);
    }

    static void awaitStopped(Node node) {
        node.system()
                .getWhenTerminated()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    void wipe(String site) {
        Disks.wipe(dirOf(site));
    }

    /** Both ways, until it is healed. */
    void cut(String one, String other) {
        cuts.add(List.of(one, other));
        cuts.add(List.of(other, one));
        link(one, other, true);
        link(other, one, true);
    }

    void heal(String one, String other) {
        cuts.remove(List.of(one, other));
        cuts.remove(List.of(other, one));
        link(one, other, false);
        link(other, one, false);
    }

    private void link(String at, String other, boolean cut) {
        Node node = running.get(at);
        if (node != null && !node.stopped()) {
            Links.set(node.system(), ports.get(other), cut);
        }
    }

    Address address(String site) {
        return new Address("pekko", PekkoConfig.SYSTEM_NAME, "127.0.0.1", ports.get(site));
    }

    /** Waits until these, and no others, are up in the eyes of each of them. */
    void awaitUp(String... sites) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> {
            for (String site : sites) {
                Node node = running.get(site);
                if (node == null || !upSites(node).equals(sorted(sites))) {
                    return false;
                }
            }
            return true;
        });
    }

    private static List<String> sorted(String... sites) {
        return List.of(sites).stream().sorted().toList();
    }

    private static List<String> upSites(Node node) {
        var up = new ArrayList<String>();
        node.cluster().state().getMembers().forEach(member -> {
            if (member.status().equals(MemberStatus.up())) {
                up.add(member.dataCenter());
            }
        });
        return up.stream().sorted().toList();
    }

    @Override
    public void close() {
        List.copyOf(running.values()).forEach(node -> node.system().terminate());
        List.copyOf(running.values()).forEach(TestSites::awaitStopped);
    }
}
