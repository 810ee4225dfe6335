package io.holdfast.server.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.client.Entry;
import io.holdfast.client.Key;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BankAuditTest {
    private final List<Entry> all = new ArrayList<>();

    private void holds(Key key, String value) {
        all.add(new Entry(key, value.getBytes(StandardCharsets.UTF_8), 1));
    }

    private String trouble(int accounts) {
        return BankAudit.trouble(all.iterator(), Set.of(ClosedLoop.keys(accounts)));
    }

    @Test
    void accountsOfALargerRunAreLeftAlone() {
        holds(ClosedLoop.key(0), "990");
        holds(ClosedLoop.key(1), "1010");
        holds(ClosedLoop.key(2), "7");
        holds(Key.of("foreign"), "no number");
        assertThat(trouble(2)).isEmpty();
        assertThat(trouble(3)).isEqualTo("3 accounts hold 2007, and 3 should hold 3000");
        assertThat(trouble(4)).isEqualTo("3 accounts hold 2007, and 4 should hold 4000");
    }

    @Test
    void whatIsNoNumberIsTold() {
        holds(ClosedLoop.key(0), "much");
        assertThat(trouble(1)).isEqualTo("account bench-0000000000 holds 'much', which is no number");
    }
}
