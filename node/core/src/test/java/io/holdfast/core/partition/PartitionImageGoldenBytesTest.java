package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.core.Bytes;
import io.holdfast.core.Golden;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Membership;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PartitionImageGoldenBytesTest {
    @Test
    void partitionImageOfVersion1() throws IOException {
        Bytes golden = Golden.read("partition-image-1");

        PartitionImage decoded = PartitionImage.decode(golden);

        assertThat(decoded.term()).isEqualTo(4);
        assertThat(decoded.index()).isEqualTo(5);
        assertThat(decoded.membership())
                .isEqualTo(Membership.of(
                        Map.of(new SiteId("a"), 1L, new SiteId("b"), Long.MIN_VALUE + 1, new SiteId("é"), 3L)));
        // The image inside is written in the present version of its own.
        assertThat(decoded.encode()).isEqualTo(Golden.read("partition-image-1-store-2"));
        assertThat(PartitionImage.decode(decoded.encode()).encode()).isEqualTo(decoded.encode());
    }

    @Test
    void damagedBytesAreRefused() throws IOException {
        for (Bytes damaged : Golden.damaged(Golden.read("partition-image-1"))) {
            assertThatIllegalArgumentException()
                    .as("image of %d bytes", damaged.length())
                    .isThrownBy(() -> PartitionImage.decode(damaged));
        }
    }
}
