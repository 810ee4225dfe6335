package io.holdfast.persistence.rocksdb;

import static io.holdfast.persistence.PluginProbe.atomic;
import static io.holdfast.persistence.PluginProbe.repr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.holdfast.persistence.PluginProbe;
import java.nio.file.Path;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedDirectoryTest {
    @TempDir
    Path dir;

    @Test
    void pluginsUnderOtherPathsShareOneDirectoryOrUseTheirOwn() {
        var config = TestStorage.config(
                dir.resolve("j"),
                dir.resolve("s"),
                "my.journal { class = io.holdfast.persistence.rocksdb.RocksJournal, dir = \"" + dir.resolve("x/../j")
                        + "\" }",
                "my.other { class = io.holdfast.persistence.rocksdb.RocksJournal, dir = \"" + dir.resolve("o") + "\" }",
                "my.snaps { class = io.holdfast.persistence.rocksdb.RocksSnapshotStore, dir = \"" + dir.resolve("o")
                        + "\" }");
        ActorSystem system = ActorSystem.create("shared", config);
        var standard = new PluginProbe(system);
        var same = new PluginProbe(system, "my.journal", "my.snaps");
        var apart = new PluginProbe(system, "my.other", "my.snaps");
        standard.write(atomic(repr("a", 1, "e1")));
        same.write(atomic(repr("a", 2, "e2")));
        assertThat(standard.replay("a", 1, 10, 10)).hasSize(2);
        assertThat(apart.replay("a", 1, 10, 10)).isEmpty();
        same.save(SnapshotMetadata.apply("a", 1), "s");
        assertThat(apart.load("a", SnapshotSelectionCriteria.latest()).snapshot())
                .isEqualTo("s");
        assertThat(standard.load("a", SnapshotSelectionCriteria.latest()).snapshot())
                .isEqualTo("nothing");
        assertThat(RocksStorage.get(system).health()).hasSize(4);
        TestStorage.stop(system);
    }

    @Test
    void systemsInOneProcessStayApartAndADirectoryClosesWithItsLastUser() {
        ActorSystem a = ActorSystem.create("a", TestStorage.config(dir.resolve("a"), dir.resolve("a")));
        ActorSystem b = ActorSystem.create("b", TestStorage.config(dir.resolve("b"), dir.resolve("b")));
        ActorSystem a2 = ActorSystem.create("a2", TestStorage.config(dir.resolve("a"), dir.resolve("a")));
        new PluginProbe(a).write(atomic(repr("p", 1, "in a")));
        new PluginProbe(b).write(atomic(repr("p", 1, "in b")));
        assertThat(new PluginProbe(b).replay("p", 1, 5, 5).get(0).payload()).isEqualTo("in b");
        var second = new PluginProbe(a2);
        assertThat(second.replay("p", 1, 5, 5).get(0).payload()).isEqualTo("in a");
        TestStorage.stop(a);
        second.write(atomic(repr("p", 2, "still open")));
        TestStorage.stop(a2);
        TestStorage.stop(b);
        try (var database = TestStorage.database(dir.resolve("a"))) {
            assertThat(TestStorage.await(database.highestSequenceNr("p"))).isEqualTo(2);
        }
    }

    @Test
    void wrongSettingsAreNamed() {
        assertThatThrownBy(() -> JournalSettings.of(ConfigFactory.load().getConfig(TestStorage.JOURNAL)))
                .isInstanceOf(ConfigException.BadValue.class)
                .hasMessageContaining("dir");
        assertThatThrownBy(() -> TestStorage.settings(dir, TestStorage.JOURNAL + ".compression = zip"))
                .hasMessageContaining("'zip', must be none or lz4");
        assertThatThrownBy(() -> TestStorage.settings(dir, TestStorage.JOURNAL + ".queue-capacity = 0"))
                .hasMessageContaining("queue-capacity");
    }
}
