package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WriteIdsTest {
    private final WriteIds ids = new WriteIds(7);

    @Test
    void doneBelowIsTheLowestUnfinishedInAnyOrderOfFinishing() {
        Random random = new Random(42);
        List<Long> open = new ArrayList<>();
        Set<Long> finished = new HashSet<>();
        long before = 1;
        for (int i = 0; i < 20_000; i++) {
            if (open.isEmpty() || random.nextInt(100) < 51) {
                open.add(ids.take());
            } else {
                long one = open.remove(random.nextInt(open.size()));
                ids.finish(one);
                finished.add(one);
            }
            assertThat(ids.doneBelow()).isGreaterThanOrEqualTo(before);
            before = ids.doneBelow();
            assertThat(finished).doesNotContain(before);
            assertThat(open.stream().mapToLong(it -> it).min().orElse(before)).isGreaterThanOrEqualTo(before);
        }
        open.forEach(ids::finish);
        assertThat(ids.doneBelow()).isEqualTo(ids.take());
    }

    @Test
    void theWindowIsBounded() {
        for (int i = 0; i < WriteIds.WINDOW; i++) {
            assertThat(ids.take()).isEqualTo(i + 1);
        }
        assertThat(ids.take()).isZero();
        ids.finish(2);
        assertThat(ids.take()).as("the oldest is still under way").isZero();
        ids.finish(1);
        assertThat(ids.doneBelow()).isEqualTo(3);
        assertThat(ids.take()).isEqualTo(WriteIds.WINDOW + 1);
    }

    @Test
    void anUnresolvedWriteIsGivenUpWhenItAloneHoldsTheWindowBack() {
        long lost = ids.take();
        ids.leaveUnresolved(lost);
        for (int i = 1; i < WriteIds.WINDOW; i++) {
            ids.finish(ids.take());
            assertThat(ids.doneBelow()).isEqualTo(lost);
        }
        assertThat(ids.take()).isEqualTo(WriteIds.WINDOW + 1);
        assertThat(ids.doneBelow()).isEqualTo(WriteIds.WINDOW + 1);
    }

    @Test
    void onlySoManyUnresolvedWritesAreKept() {
        for (int i = 0; i < WriteIds.UNRESOLVED; i++) {
            ids.leaveUnresolved(ids.take());
        }
        assertThat(ids.doneBelow()).isEqualTo(1);
        ids.leaveUnresolved(ids.take());
        assertThat(ids.doneBelow()).isEqualTo(2);
    }

    @Test
    void anAnsweredQuestionFinishesTheWriteButNotOneUnderWay() {
        long lost = ids.take();
        long underWay = ids.take();
        ids.leaveUnresolved(lost);
        ids.resolve(underWay);
        ids.resolve(lost);
        assertThat(ids.doneBelow()).isEqualTo(underWay);
    }

    @Test
    void whatHasNotBegunCannotFinish() {
        assertThatThrownBy(() -> ids.finish(1)).isInstanceOf(IllegalStateException.class);
    }
}
