package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Ipv6Test {
    @TempDir
    Path dir;

    @Test
    void aClientReachesANodeAtAnIpv6Address() throws Exception {
        assumeTrue(hasLoopback(), "this machine has no loopback interface of IPv6");
        int port = FreePorts.row(10);
        HoldfastSettings settings = HoldfastSettings.parse(
                "site { name = a, data-dir = \"" + dir + "\" }, tolerance.sites = 0\n"
                        + "sites.a { hosts = [\"[::1]\"], port = " + port + " }\n"
                        + "system.host = \"[::1]\"\npersistence.rocksdb.disk-reserve = 0\n"
                        + "pekko.coordinated-shutdown.run-by-actor-system-terminate = off",
                "test settings");
        HoldfastNode node = HoldfastNode.start(settings, PekkoConfig.Hosting.SHARED_JVM);
        try (HoldfastClient client = HoldfastClient.connect("[::1]:" + port)) {
            node.ready().toCompletableFuture().get(Sites.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            client.admin().createKeyspace("shop", KeyspaceSettings.DEFAULT.withTolerates(0));
            client.keyspace("shop").put("k", new byte[] {1});
            assertThat(client.keyspace("shop").get("k")).isPresent();
        } finally {
            node.kill();
            node.terminated().toCompletableFuture().get(Sites.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static boolean hasLoopback() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return socket.isBound();
        } catch (java.io.IOException none) {
            return false;
        }
    }
}
