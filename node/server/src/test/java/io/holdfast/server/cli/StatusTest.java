package io.holdfast.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.v1.Incident;
import io.holdfast.v1.Keyspace;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.PartitionStatus;
import io.holdfast.v1.ReplicaStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class StatusTest {
    private static SiteStatus.Builder site(String name, int leaders, boolean reachable) {
        return SiteStatus.newBuilder()
                .setSite(name)
                .setReachable(reachable)
                .setLeaders(leaders)
                .addEndpoints("127.0.0.1:74" + (name.charAt(0) - 'a') + "0")
                .addNodes(NodeStatus.newBuilder()
                        .setAddress("127.0.0.1:7401")
                        .setState(reachable ? "up" : "down")
                        .setStorageOk(true)
                        .setDataBytes(700)
                        .setDataLimitBytes(reachable ? 1_000 : 0));
    }

    private static PartitionStatus partition(int number, String leader, long lagOfC, String roleOfC) {
        PartitionStatus.Builder partition = PartitionStatus.newBuilder()
                .setPartition(number)
                .setLeader(leader)
                .setTerm(3)
                .setCommitIndex(1234)
                .setKeys(1000)
                .setBytes(300_000);
        for (String site : new String[] {"a", "b"}) {
            boolean leads = site.equals(leader);
            partition.addReplicas(ReplicaStatus.newBuilder()
                    .setSite(site)
                    .setRole(leads ? "leader" : "follower")
                    .setLag(0)
                    .setStalenessMillis(leads ? 3 : 12));
        }
        partition.addReplicas(
                ReplicaStatus.newBuilder().setSite("c").setRole(roleOfC).setLag(lagOfC));
        if (leader.isEmpty()) {
            partition.getReplicasBuilderList().forEach(ReplicaStatus.Builder::clearLag);
        }
        return partition.build();
    }

    private static KeyspaceStatus.Builder keyspace(int toleratesNow) {
        return KeyspaceStatus.newBuilder()
                .setKeyspace(
                        Keyspace.newBuilder().setName("shop").setPartitions(2).setTolerates(1))
                .setToleratesNow(toleratesNow)
                .setAvailable(true);
    }

    private static Status healthy() {
        return Status.newBuilder()
                .setLocalSite("a")
                .setVersion("0.1.0")
                .addSites(site("a", 1, true))
                .addSites(site("b", 1, true))
                .addSites(site("c", 0, true))
                .addKeyspaces(keyspace(1)
                        .addPartitions(partition(0, "a", 0, "follower"))
                        .addPartitions(partition(1, "b", 0, "follower")))
                .build();
    }

    private static Status degraded() {
        return Status.newBuilder()
                .setLocalSite("a")
                .setVersion("0.1.0")
                .addSites(site("a", 2, true))
                .addSites(site("b", 0, true))
                .addSites(site("c", 0, false))
                .addKeyspaces(keyspace(0)
                        .addPartitions(partition(0, "a", 0, "unreachable"))
                        .addPartitions(partition(1, "", 7, "follower")))
                .addIncidents(Incident.newBuilder()
                        .setDetectedMillis(1_700_000_000_000L)
                        .setFaultClass("site-unreachable")
                        .setSubject("c")
                        .setEvidence("no node of it answers")
                        .setAction("takeover"))
                .addIncidents(Incident.newBuilder()
                        .setDetectedMillis(1_699_999_000_000L)
                        .setRecoveredMillis(1_699_999_000_850L)
                        .setFaultClass("lease-lost")
                        .setSubject("shop/1")
                        .setEvidence("told of what lasts only")
                        .setAction("election"))
                .build();
    }

    private static String render(Status status, boolean partitions) {
        return new StatusText(Colours.NONE, 1000, ZoneOffset.UTC).render(status, partitions);
    }

    @Test
    void showsAHealthyCluster() {
        assertThat(render(healthy(), false))
                .isEqualTo(
                        """
                        OK  (as site a sees it, version 0.1.0)

                        SITE  STATE  NODES  LEADERS  LAG  STALE  MEMORY  ENDPOINTS       STORAGE
                        a     up     1/1          1    0  12 ms     70%  127.0.0.1:7400  ok
                        b     up     1/1          1    0  12 ms     70%  127.0.0.1:7410  ok
                        c     up     1/1          0    0   idle     70%  127.0.0.1:7420  ok

                        KEYSPACE  PARTITIONS   KEYS     SIZE  TOLERATES  HELD NOW  LEADERS
                        shop               2  2,000  586 KiB  1 site     1 site    a 1, b 1
                        """);
    }

    @Test
    void showsWhatIsWrongFirst() {
        assertThat(render(degraded(), true))
                .isEqualTo(
                        """
                        DEGRADED: site c is away; less tolerated than declared by shop  (as site a sees it, version 0.1.0)

                        SITE  STATE  NODES       LEADERS  LAG  STALE  MEMORY  ENDPOINTS       STORAGE
                        a     up     1/1               2    ?  12 ms     70%  127.0.0.1:7400  ok
                        b     up     1/1               0    ?  12 ms     70%  127.0.0.1:7410  ok
                        c     AWAY   0/1 (down)        0    ?   idle       ?  127.0.0.1:7420  ?

                        KEYSPACE  PARTITIONS   KEYS     SIZE  TOLERATES  HELD NOW  LEADERS
                        shop               2  2,000  586 KiB  1 site     0 sites   a 1, none 1

                        PARTITION  LEADER  TERM  COMMITTED   KEYS     SIZE  REPLICAS (LAG)
                        shop/0     a          3      1,234  1,000  293 KiB  a leader (0)  b follower (0)  c unreachable (?)
                        shop/1     none       3      1,234  1,000  293 KiB  a follower (?)  b follower (?)  c follower (?)

                        INCIDENT  DETECTED             WHAT              WHERE   RECOVERED     ACTION
                        1         2023-11-14 22:13:20  site-unreachable  c       not yet       takeover
                        2         2023-11-14 21:56:40  lease-lost        shop/1  after 850 ms  election
                        Incident 1: no node of it answers
                        """);
    }

    @Test
    void saysThatASiteIsFull() {
        Status.Builder full = healthy().toBuilder();
        full.getSitesBuilder(1).getNodesBuilder(0).setDataBytes(1_010).setDataFull(true);

        assertThat(render(full.build(), false))
                .startsWith("FULL: no room left for more data at site b (memory); only reads and deletions are served")
                .contains("12 ms    101%  127.0.0.1:7410");
    }

    @Test
    void saysThatASitesDiskIsLow() {
        Status.Builder full = healthy().toBuilder();
        full.getSitesBuilder(1)
                .getNodesBuilder(0)
                .setDataFull(true)
                .setDiskFreeBytes(300 << 20)
                .setDiskLow(true);

        assertThat(render(full.build(), false))
                .startsWith("FULL: no room left for more data at site b (disk); only reads and deletions are served")
                .contains("low: 300 MiB free");
    }

    @Test
    void saysThatASitesJournalIsSlow() {
        Status.Builder slow = healthy().toBuilder();
        slow.getSitesBuilder(1).getNodesBuilder(0).setStorageSlow(true);

        assertThat(render(slow.build(), false))
                .startsWith("DEGRADED: slow journal at site b  (as")
                .contains("127.0.0.1:7410  slow");
    }

    @Test
    void printsTheSameAsJsonAndFailsWhenUnavailable() throws IOException {
        try (FakeNode node = new FakeNode()) {
            node.status = degraded();
            CliRun run = CliRun.of(node, "status", "--json");
            JsonNode json = Json.MAPPER.readTree(run.out());
            assertThat(run.exitCode()).isZero();
            assertThat(json.at("/sites/2/reachable").asBoolean()).isFalse();
            assertThat(json.at("/keyspaces/0/tolerates").asInt()).isEqualTo(1);
            assertThat(json.at("/keyspaces/0/tolerates_now").asInt()).isZero();
            assertThat(json.at("/keyspaces/0/partitions/0/replicas/0/lag").isInt())
                    .isTrue();
            assertThat(json.at("/keyspaces/0/partitions/1/replicas/2/lag").isNull())
                    .isTrue();
            assertThat(json.at("/keyspaces/0/partitions/1/replicas/0/staleness_millis")
                            .asInt())
                    .isEqualTo(12);
            assertThat(json.at("/keyspaces/0/partitions/1/replicas/2/staleness_millis")
                            .isNull())
                    .isTrue();
            assertThat(json.at("/incidents/0/fault_class").asText()).isEqualTo("site-unreachable");

            node.status = degraded().toBuilder()
                    .setKeyspaces(0, degraded().getKeyspaces(0).toBuilder().setAvailable(false))
                    .build();
            CliRun down = CliRun.of(node, "status");
            assertThat(down.exitCode()).isEqualTo(1);
            assertThat(down.out()).startsWith("UNAVAILABLE: partitions without a leader in shop");
        }
    }
}
