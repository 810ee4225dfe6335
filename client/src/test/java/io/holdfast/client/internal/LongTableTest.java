package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LongTableTest {
    @Test
    void agreesWithAHashMap() {
        Random random = new Random(1);
        LongTable<String> table = new LongTable<>();
        Map<Long, String> model = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            // A small range with strides of the table's size, so that runs collide and wrap around.
            long id = 1 + random.nextInt(8) * 64L + random.nextInt(40) * 7L;
            if (model.containsKey(id) || random.nextInt(3) == 0) {
                assertThat(table.remove(id)).isEqualTo(model.remove(id));
            } else {
                table.put(id, "v" + i);
                model.put(id, "v" + i);
            }
            assertThat(table.size()).isEqualTo(model.size());
        }
        assertThat(table.removeAll())
                .containsExactlyElementsOf(
                        model.keySet().stream().sorted().map(model::get).toList());
        assertThat(table.size()).isZero();
    }

    @Test
    void anIdIsOutstandingOnce() {
        LongTable<String> table = new LongTable<>();
        table.put(5, "a");
        assertThatThrownBy(() -> table.put(5, "b")).isInstanceOf(IllegalStateException.class);
        assertThat(table.remove(6)).isNull();
        assertThat(table.remove(0)).isNull();
    }
}
