package io.holdfast.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.checker.Transaction.Read;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SharedListsTest {
    private final SharedLists lists = new SharedLists();

    @Test
    void listsStayWhatTheyWereWhileOthersOfTheKeyGrow() {
        List<Long> none = lists.shared("x", List.of());
        List<Long> one = lists.shared("x", List.of(1L));
        List<Long> three = lists.shared("x", List.of(1L, 2L, 3L));
        List<Long> two = lists.shared("x", List.of(1L, 2L));
        List<Long> many =
                lists.shared("x", LongStream.rangeClosed(1, 100).boxed().toList());
        List<Long> other = lists.shared("x", List.of(1L, 7L));

        assertThat(none).isEmpty();
        assertThat(one).containsExactly(1L);
        assertThat(two).containsExactly(1L, 2L);
        assertThat(three).containsExactly(1L, 2L, 3L);
        assertThat(many).hasSize(100).endsWith(99L, 100L);
        assertThat(other).containsExactly(1L, 7L);
        assertThat(SharedLists.sharesPrefix(two, three)).isTrue();
        assertThat(SharedLists.sharesPrefix(three, two)).isFalse();
        assertThat(SharedLists.isPrefix(other, many)).isFalse();
        assertThat(SharedLists.isPrefix(List.of(1L, 2L), many)).isTrue();
    }

    @Test
    void aReadKeepsTheListInsteadOfACopy() {
        List<Long> list = lists.shared("x", List.of(1L, 2L));
        assertThat(new Read("x", list).values()).isSameAs(list);
    }
}
