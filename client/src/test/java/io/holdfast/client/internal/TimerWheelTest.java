package io.holdfast.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimerWheelTest {
    private static final class Timer extends TimerWheel.Node {
        final long at;

        Timer(long at) {
            this.at = at;
        }
    }

    private final List<Timer> fired = new ArrayList<>();

    @Test
    void everyTimerFiresOnceNeverEarlyAndAtMostATickLate() {
        TimerWheel<Timer> wheel = new TimerWheel<>(-5_000_000_000L, fired::add);
        Random random = new Random(3);
        List<Timer> all = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            // Up to 20 s, several rounds of the wheel.
            Timer timer = new Timer(-5_000_000_000L + (long) (random.nextDouble() * 20e9));
            all.add(timer);
            wheel.set(timer, timer.at);
        }
        for (int i = 0; i < 5000; i += 5) {
            wheel.cancel(all.get(i));
            wheel.cancel(all.get(i));
        }
        long before = -5_000_000_000L;
        int seen = 0;
        for (long now = before; now < 16_000_000_000L; now += random.nextInt(40_000_000)) {
            wheel.advance(now);
            for (Timer timer : fired.subList(seen, fired.size())) {
                assertThat(timer.at).isBetween(before - 2 * TimerWheel.TICK_NANOS, now);
            }
            seen = fired.size();
            before = now;
        }
        assertThat(fired).hasSize(4000).doesNotHaveDuplicates();
        assertThat(wheel.size()).isZero();
    }

    @Test
    void whatExpiresMayCancelAndSetOthers() {
        Timer first = new Timer(1);
        Timer second = new Timer(2);
        Timer third = new Timer(3);
        List<TimerWheel<Timer>> self = new ArrayList<>();
        self.add(new TimerWheel<>(0, timer -> {
            fired.add(timer);
            if (timer == first) {
                self.get(0).cancel(second);
                self.get(0).set(third, TimerWheel.TICK_NANOS * 5);
                self.get(0).set(first, TimerWheel.TICK_NANOS * 600);
            }
        }));
        TimerWheel<Timer> wheel = self.get(0);
        List.of(first, second, third).forEach(timer -> wheel.set(timer, timer.at));
        wheel.advance(TimerWheel.TICK_NANOS * 2);
        assertThat(fired).containsExactly(first);
        wheel.advance(TimerWheel.TICK_NANOS * 7);
        assertThat(fired).containsExactly(first, third);
        assertThat(wheel.removeAll()).containsExactly(first);
        assertThat(wheel.size()).isZero();
    }

    @Test
    void aLongPauseLosesNoTimer() {
        TimerWheel<Timer> wheel = new TimerWheel<>(0, fired::add);
        for (int i = 0; i < 1000; i++) {
            wheel.set(new Timer(i), i * TimerWheel.TICK_NANOS);
        }
        wheel.advance(TimerWheel.TICK_NANOS * 100_000);
        assertThat(fired).hasSize(1000);
    }

    @Test
    void whatIsDueWithTheOneThatExpiresIsTakenOutToo() {
        List<Timer> taken = new ArrayList<>();
        List<TimerWheel<Timer>> self = new ArrayList<>();
        self.add(new TimerWheel<>(0, timer -> {
            fired.add(timer);
            taken.addAll(self.get(0).removeAll());
        }));
        Timer first = new Timer(1);
        Timer second = new Timer(2);
        Timer later = new Timer(TimerWheel.TICK_NANOS * 5);
        List.of(first, second, later).forEach(timer -> self.get(0).set(timer, timer.at));
        self.get(0).advance(TimerWheel.TICK_NANOS * 2);
        assertThat(fired).containsExactly(first);
        assertThat(taken).containsExactlyInAnyOrder(second, later);
        assertThat(self.get(0).size()).isZero();
    }
}
