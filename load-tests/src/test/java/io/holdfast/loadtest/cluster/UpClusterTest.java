package io.holdfast.loadtest.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpClusterTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path home;

    private void launcher(String script) throws IOException {
        Files.createDirectories(home.resolve("bin"));
        Path program = Files.writeString(home.resolve("bin/holdfast"), "#!/bin/sh\n" + script);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    void anUpThatEndsIsNotWaitedFor() throws IOException {
        launcher("echo 'holdfast: port 7400 is in use'; exit 2\n");
        assertTimeoutPreemptively(SOON, () -> assertThatThrownBy(() -> UpCluster.start(home, 7400, false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has ended")
                .hasMessageContaining("port 7400 is in use"));
    }

    @Test
    void anUpThatServesIsStoppedInTheEnd() throws Exception {
        Path stopped = home.resolve("stopped");
        launcher("trap 'echo it is > " + stopped + "; exit 0' TERM\necho 'ready: a=127.0.0.1:1'\n"
                + "while :; do sleep 0.1; done\n");
        UpCluster cluster = UpCluster.start(home, 7400, false);
        assertThat(cluster.endpoints()).isEqualTo("127.0.0.1:1");
        assertTimeoutPreemptively(SOON, cluster::close);
        assertThat(stopped).exists();
    }
}
