package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig.Hosting;
import io.holdfast.config.SettingsException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeDirectoriesTest {
    @TempDir
    Path dir;

    private static HoldfastSettings settings(Path data, String more) {
        return HoldfastSettings.parse(
                "site { name = a, data-dir = \"" + data + "\" }, tolerance.sites = 0\n"
                        + "sites.a { hosts = [\"127.0.0.1\"], port = " + FreePorts.row(10) + " }\n" + more,
                "test settings");
    }

    @Test
    void aCheckOfWhatCanBeMadeMakesNothing() {
        Path data = dir.resolve("not/yet");
        NodeSystem.check(settings(data, ""));
        assertThat(dir.resolve("not")).doesNotExist();
        NodeDirectories.prepare(settings(data, ""));
        assertThat(data.resolve("journal")).isDirectory();
        assertThat(data.resolve("snapshots")).isDirectory();
    }

    @Test
    void aFileInTheWayEndsTheStartAndFailsTheCheck() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");
        HoldfastSettings inTheWay = settings(file.resolve("data"), "");
        assertThatThrownBy(() -> HoldfastNode.start(inTheWay, Hosting.SHARED_JVM))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("has a mistake:")
                .hasMessageContaining("site.data-dir = " + file.resolve("data"))
                .hasMessageContaining(file + " is no directory")
                .hasMessageContaining("set site.data-dir to another directory");
        assertThatThrownBy(() -> NodeSystem.check(inTheWay)).hasMessageContaining(file + " is no directory");
    }

    @Test
    void eachSettingIsNamed() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");
        String both = "persistence.rocksdb { dir = \"" + file + "\", snapshot-dir = \"" + file + "\" }";
        assertThatThrownBy(() -> NodeSystem.check(settings(dir, both)))
                .hasMessageContaining("1. persistence.rocksdb.dir = " + file)
                .hasMessageContaining("2. persistence.rocksdb.snapshot-dir = " + file);
        String cassandra = "persistence { journal = cassandra, cassandra { contact-points = [\"127.0.0.1\"],"
                + " datacenter = dc1, keyspace = holdfast_a } }\n";
        NodeSystem.check(settings(dir, cassandra + both));
    }

    @Test
    void aDirectoryThatAnotherHasLockedEndsTheStart() throws IOException {
        for (String name : new String[] {"journal", "snapshots"}) {
            Path lock = Files.createDirectories(dir.resolve(name)).resolve("LOCK");
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                channel.lock();
                assertThatThrownBy(() -> HoldfastNode.start(settings(dir, ""), Hosting.OWN_PROCESS))
                        .isInstanceOf(SettingsException.class)
                        .hasMessageContaining("site.data-dir = " + dir)
                        .hasMessageContaining("another process has locked " + lock)
                        .hasMessageContaining("stop that process");
                NodeSystem.check(settings(dir, ""));
            }
            NodeDirectories.checkLocks(settings(dir, ""));
        }
    }
}
