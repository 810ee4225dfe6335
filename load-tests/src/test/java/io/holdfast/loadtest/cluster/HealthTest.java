package io.holdfast.loadtest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.v1.Keyspace;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.NodeStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import org.junit.jupiter.api.Test;

class HealthTest {
    private static Status status(boolean reachable, String state, boolean available, int toleratesNow) {
        return Status.newBuilder()
                .addSites(SiteStatus.newBuilder()
                        .setSite("a")
                        .setReachable(reachable)
                        .addNodes(NodeStatus.newBuilder().setState(state)))
                .addKeyspaces(KeyspaceStatus.newBuilder()
                        .setKeyspace(Keyspace.newBuilder().setName("shop").setTolerates(1))
                        .setAvailable(available)
                        .setToleratesNow(toleratesNow))
                .build();
    }

    @Test
    void isWholeWhenAllSitesAreUpAndEveryKeyspaceHoldsItsLevel() {
        assertThat(Health.isWhole(status(true, "up", true, 1))).isTrue();
        assertThat(Health.isWhole(status(false, "up", true, 1))).isFalse();
        assertThat(Health.isWhole(status(true, "joining", true, 1))).isFalse();
        assertThat(Health.isWhole(status(true, "up", false, 1))).isFalse();
        assertThat(Health.isWhole(status(true, "up", true, 0))).isFalse();
        assertThat(Health.isWhole(Status.getDefaultInstance())).isFalse();
    }
}
