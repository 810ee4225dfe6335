package io.holdfast.loadtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.client.Partitioner;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixTest {
    @Test
    void weightsBecomeShares() {
        Mix mix = Mix.parse("get=3, put=1,scan=0");
        assertThat(mix.percent(Mix.Kind.GET)).isEqualTo(75);
        assertThat(mix.percent(Mix.Kind.PUT)).isEqualTo(25);
        assertThat(mix.weights()).doesNotContainKey(Mix.Kind.SCAN);
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        for (String wrong : List.of("", "get", "get=x", "got=1", "get=0")) {
            assertThatThrownBy(() -> Mix.parse(wrong)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void sharesOfEachYcsbWorkloadAreAWhole() {
        for (YcsbWorkload each : YcsbWorkload.values()) {
            assertThat(each.reads + each.updates + each.inserts + each.scans + each.readModifyWrites)
                    .isEqualTo(100);
        }
    }

    @Test
    void tagsReachEveryPartition() {
        List<String> tags = PartitionTags.of(16);
        for (int partition = 0; partition < 16; partition++) {
            byte[] key = ("{" + tags.get(partition) + "}/1").getBytes(StandardCharsets.UTF_8);
            assertThat(Partitioner.partition(key, 16)).isEqualTo(partition);
        }
    }
}
