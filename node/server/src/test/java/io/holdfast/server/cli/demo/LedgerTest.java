package io.holdfast.server.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.client.Partitioner;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Ledger ledger = new Ledger();
    private final Ledger.Page page = ledger.open("{FR}/a");

    private Map<String, String> truth(int... orders) {
        Map<String, String> found = new HashMap<>();
        for (int order : orders) {
            found.put(page.orderKey(order), page.orderValue(order));
        }
        return found;
    }

    @Test
    void findsNothingWrongWithTheTruth() {
        page.orderAcknowledged(1);
        page.orderAcknowledged(2);
        assertThat(ledger.expected().missingFrom(truth(1, 2))).isEmpty();
        assertThat(ledger.expected().missingFrom(truth(1, 2, 3)))
                .as("what is there without an acknowledgement is no loss")
                .isEmpty();
        assertThat(ledger.acknowledged()).isEqualTo(2);
        assertThat(ledger.expected().size()).isEqualTo(2);
    }

    @Test
    void namesEachLostOrChangedOrder() {
        page.orderAcknowledged(1);
        page.orderAcknowledged(2);
        Map<String, String> found = truth(1);
        assertThat(ledger.expected().missingFrom(found)).containsExactly("{FR}/a/order-0000002 is gone");
        found.put(page.orderKey(2), page.orderValue(3));
        assertThat(ledger.expected().missingFrom(found))
                .singleElement()
                .asString()
                .startsWith("{FR}/a/order-0000002 holds '");
    }

    @Test
    void aCounterMustNotBeOlderThanAcknowledged() {
        page.counterAcknowledged(8);
        page.counterAcknowledged(16);
        assertThat(ledger.expected().missingFrom(Map.of(page.counterKey(), "24")))
                .isEmpty();
        assertThat(ledger.expected().missingFrom(Map.of(page.counterKey(), "much")))
                .containsExactly("{FR}/a/newest is 'much', and 16 was acknowledged");
        assertThat(ledger.expected().missingFrom(Map.of(page.counterKey(), "8")))
                .containsExactly("{FR}/a/newest is '8', and 16 was acknowledged");
        assertThat(ledger.expected().missingFrom(Map.of())).hasSize(1);
    }

    @Test
    void whatIsAcknowledgedAfterTheReadBeganIsNotExpected() {
        page.orderAcknowledged(1);
        Ledger.Expected before = ledger.expected();
        page.orderAcknowledged(2);
        assertThat(before.missingFrom(truth(1))).isEmpty();
        assertThat(ledger.expected().missingFrom(truth(1))).hasSize(1);
    }

    @Test
    void picksAcknowledgedOrdersOnly() {
        SplittableRandom random = new SplittableRandom(1);
        assertThat(page.anyOrder(random)).isEmpty();
        page.orderAcknowledged(5);
        assertThat(page.anyOrder(random)).isEqualTo(Optional.of(5));
    }

    @Test
    void measuresTheWorstGapOfAnyPartition() {
        Gaps gaps = new Gaps(2);
        gaps.acknowledged(0, 0, 0);
        gaps.acknowledged(1, 5_000_000, 5_000_000);
        gaps.acknowledged(0, 900_000_000, 900_000_000);
        gaps.watch(1_000_000_000);
        assertThat(gaps.allHeard()).isFalse();
        gaps.acknowledged(0, 1_010_000_000, 1_010_000_000);
        assertThat(gaps.worstMillis()).as("partition 1 is still silent").isEqualTo(OptionalLong.empty());
        gaps.acknowledged(0, 1_020_000_000, 1_020_000_000);
        gaps.acknowledged(1, 1_705_000_000, 1_705_000_000);
        gaps.acknowledged(1, 1_706_000_000, 1_706_000_000);
        assertThat(gaps.worstMillis())
                .as("from the last acknowledgement before the watch to the first after it")
                .isEqualTo(OptionalLong.of(1_700));
    }

    @Test
    void findsANameForEachPartition() {
        List<String> names = IntStream.range(0, 200).mapToObj(i -> "n" + i).toList();
        List<String> found = Load.onePerPartition(names, 16);
        for (int p = 0; p < 16; p++) {
            String key = "{" + found.get(p) + "}/a/order-1";
            assertThat(Partitioner.partition(key.getBytes(StandardCharsets.UTF_8), 16))
                    .isEqualTo(p);
        }
    }

    @Test
    void theLastLineSaysHowItEnded() {
        assertThat(new Demo.Verdict(OptionalLong.of(712), 1000, 0, List.of()).line())
                .isEqualTo("demo: PASS takeover_ms=712 acked=1000 lost=0");
        assertThat(new Demo.Verdict(OptionalLong.of(712), 1000, 2, List.of()).line())
                .isEqualTo("demo: FAIL takeover_ms=712 acked=1000 lost=2");
        assertThat(new Demo.Verdict(OptionalLong.empty(), 0, 0, List.of("no \"port\"")).line())
                .isEqualTo("demo: FAIL takeover_ms=none acked=0 lost=0 reason=\"no 'port'\"");
        assertThat(new Demo.Verdict(OptionalLong.of(1), 0, 0, List.of()).passed())
                .as("nothing was proved without a write")
                .isFalse();
    }
}
