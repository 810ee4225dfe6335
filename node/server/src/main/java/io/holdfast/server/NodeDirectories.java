package io.holdfast.server;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PersistenceSettings;
import io.holdfast.config.SettingsException;
import io.holdfast.config.SettingsProblem;
import io.holdfast.persistence.rocksdb.RocksStorage;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The directories of a node's journal and snapshots, looked at before anything is started for them. A journal that does not open is
 * tried again for ever, because disks empty and come back; what only a person can change has to end the start instead.
 */
final class NodeDirectories {
    private static final String THIS_MACHINE = "on this machine";

    /** What may be otherwise a minute later: the journal waits for it. */
    private static final List<String> PASSING = List.of("no space left", "quota exceeded", "input/output error");

    private NodeDirectories() {}

    /** @param wanted the directory that is written to, within the one that the setting names */
    private record Use(String key, Path named, Path wanted) {}

    private static List<Use> of(HoldfastSettings settings) {
        if (settings.persistence().journal() != PersistenceSettings.Journal.ROCKSDB) {
            return List.of();
        }
        PersistenceSettings.Rocksdb rocksdb = settings.persistence().rocksdb();
        return List.of(
                use(settings, "persistence.rocksdb.dir", rocksdb.dir(), RocksStorage.journalIn(rocksdb.dir())),
                use(
                        settings,
                        "persistence.rocksdb.snapshot-dir",
                        rocksdb.snapshotDir(),
                        RocksStorage.snapshotsIn(rocksdb.snapshotDir())));
    }

    private static Use use(HoldfastSettings settings, String key, Path named, Path wanted) {
        return new Use(named.equals(settings.site().dataDir()) ? "site.data-dir" : key, named, wanted);
    }

    /**
     * Looks whether the directories are there or could be made, and makes nothing. Who has locked them is not asked: that may be the
     * very node whose settings are checked.
     *
     * @throws SettingsException if they cannot be used
     */
    static void check(HoldfastSettings settings) {
        refuse(settings, NodeDirectories::obstacle);
    }

    /**
     * Makes the directories.
     *
     * @throws SettingsException if they cannot be used until somebody does something about it
     */
    static void prepare(HoldfastSettings settings) {
        check(settings);
        refuse(settings, NodeDirectories::failure);
    }

    /**
     * Looks whether another process has the directories. Only for a process of one node, and before it opens them itself: it would
     * give back the locks that this very process has.
     *
     * @throws SettingsException if it does
     */
    static void checkLocks(HoldfastSettings settings) {
        refuse(settings, NodeDirectories::locked);
    }

    private static void refuse(HoldfastSettings settings, Function<Use, Optional<SettingsProblem>> look) {
        // One word for each setting: journal and snapshots usually share one, and what is wrong with it.
        Map<String, SettingsProblem> problems = new LinkedHashMap<>();
        of(settings).forEach(use -> look.apply(use).ifPresent(problem -> problems.putIfAbsent(use.key(), problem)));
        if (!problems.isEmpty()) {
            throw new SettingsException(List.copyOf(problems.values()));
        }
    }

    private static Optional<SettingsProblem> obstacle(Use use) {
        Path nearest = use.wanted();
        while (!Files.exists(nearest, LinkOption.NOFOLLOW_LINKS) && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        if (!Files.isDirectory(nearest)) {
            return Optional.of(unusable(use, nearest + " is no directory", "remove what is there"));
        }
        if (!Files.isWritable(nearest)) {
            return Optional.of(unusable(use, "this user may not write in " + nearest, "give this user the permission"));
        }
        return Optional.empty();
    }

    private static Optional<SettingsProblem> failure(Use use) {
        try {
            Files.createDirectories(use.wanted());
            return Optional.empty();
        } catch (IOException e) {
            String reason = reason(e);
            return PASSING.stream().anyMatch(reason.toLowerCase(Locale.ROOT)::contains)
                    ? Optional.empty()
                    : Optional.of(unusable(use, use.wanted() + " cannot be made: " + reason, "make that possible"));
        }
    }

    private static Optional<SettingsProblem> locked(Use use) {
        Path file = RocksStorage.lockIn(use.wanted());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null ? Optional.of(taken(use, file)) : Optional.empty();
        } catch (OverlappingFileLockException here) {
            return Optional.of(taken(use, file));
        } catch (AccessDeniedException denied) {
            return Optional.of(
                    unusable(use, "this user may not write to " + file, "give this user the directory's files"));
        } catch (NoSuchFileException unused) {
            return Optional.empty();
        } catch (IOException unclear) {
            // Whatever it is, the journal and the snapshots find it as well, and wait for its end.
            return Optional.empty();
        }
    }

    private static SettingsProblem taken(Use use, Path file) {
        return new SettingsProblem(
                use.key(),
                Optional.of(use.named().toString()),
                THIS_MACHINE,
                "a directory that this node has for itself; another process has locked " + file,
                "stop that process, which may be this node once more, or set " + use.key() + " to another directory");
    }

    private static SettingsProblem unusable(Use use, String what, String remedy) {
        return new SettingsProblem(
                use.key(),
                Optional.of(use.named().toString()),
                THIS_MACHINE,
                "a directory that is there or can be made, and in which this user may write; " + what,
                remedy + ", or set " + use.key() + " to another directory");
    }

    /** Without the path, which Java puts before it. */
    private static String reason(IOException e) {
        return e instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : e.getClass().getSimpleName();
    }
}
