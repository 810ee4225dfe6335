package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.client.Key;
import io.holdfast.client.WriteConcern;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FootprintTest {
    private final KeyspaceRoutes shop = new KeyspaceRoutes("shop");
    private final Footprint footprint = new Footprint();

    FootprintTest() {
        shop.partitions(8);
    }

    private Kind kindWith(String... keys) {
        for (String key : keys) {
            footprint.write(new Place(shop, Key.of(key)), Optional.of(new byte[1]));
        }
        Place decider = footprint.decider();
        return new TransactionOps.CommitAll(
                        decider.routes(),
                        decider.key(),
                        footprint.sets(),
                        footprint.isOfOnePartition(),
                        WriteConcern.MAJORITY,
                        false,
                        Duration.ofSeconds(1))
                .kind();
    }

    /** They take twice as long, and must not be gathered with the others. */
    @Test
    void commitsInSeveralPartitionsOfOneKeyspaceAreOfTheirKind() {
        assertThat(kindWith("{one}1", "{one}2")).isEqualTo(Kind.COMMIT_IN_ONE_PARTITION);
        assertThat(kindWith("1", "2", "3", "4")).isEqualTo(Kind.COMMIT_IN_SEVERAL);
    }
}
