package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterTest {
    @Test
    void electsAndWrites() {
        var cluster = Cluster.ledByFirst(new Settings("a", "b", "c"));
        long token = cluster.submit("a", cluster.put("k", "v"));
        cluster.settle();
        assertThat(cluster.reply("a", token)).get().isInstanceOf(Reply.Written.class);
        cluster.run(200);
        cluster.assertConverged();
    }
}
