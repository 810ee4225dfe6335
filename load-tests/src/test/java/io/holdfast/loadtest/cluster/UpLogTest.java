package io.holdfast.loadtest.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UpLogTest {
    private static final List<String> START = List.of(
            "site a: process 11, log /data/a.log",
            "site b: process 12, log /data/b.log",
            "site c: process 13, log /data/c.log");

    @Test
    void isNotReadyBeforeItSaysSo() {
        UpLog log = UpLog.parse(START);
        assertThat(log.endpoints()).isEmpty();
        assertThat(log.processes()).isEqualTo(Map.of("a", 11L, "b", 12L, "c", 13L));
    }

    @Test
    void followsASiteToItsNextProcess() {
        List<String> lines = new java.util.ArrayList<>(START);
        lines.add("ready: a=127.0.0.1:7400 b=127.0.0.1:7410 c=127.0.0.1:7420");
        lines.add("site b ended (killed with SIGKILL); started again after 0.5 s as process 99, log /data/b.log");
        UpLog log = UpLog.parse(lines);
        assertThat(log.endpoints()).hasValue("127.0.0.1:7400,127.0.0.1:7410,127.0.0.1:7420");
        assertThat(log.processes()).isEqualTo(Map.of("a", 11L, "b", 99L, "c", 13L));
    }
}
