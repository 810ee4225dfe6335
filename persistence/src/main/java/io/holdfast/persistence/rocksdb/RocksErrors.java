package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.StorageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** RocksDB's exceptions in words that say what happened, to which directory and file, and what to do. */
final class RocksErrors {
    private static final Pattern FILE = Pattern.compile("MANIFEST-\\d+|CURRENT|\\d{6,}\\.(log|sst)");

    /** Not any mention of a lock, which a path may hold as well. */
    private static final Pattern LOCKED = Pattern.compile("While lock file|lock hold by");

    private static final Pattern MISSING_LOG = Pattern.compile("log number: (\\d{1,18})\\b");

    /** A journal and its snapshots are taken together only. */
    static final String START_WITHOUT =
            "move the directory away and restore it from a backup, together with the snapshots of that time; or,"
                    + " so that this node is rebuilt from the other replicas, start without it and without the snapshots (they lie beside it unless"
                    + " snapshot-dir says otherwise)";

    private RocksErrors() {}

    static StorageException atOpen(Path directory, RocksDBException e) {
        String said = said(e);
        if (isCorruption(e)) {
            return corrupt(directory, said, e);
        }
        if (LOCKED.matcher(said).find()) {
            return new StorageException(
                    "The journal directory " + directory + " is locked by another process (" + said
                            + "). Stop the other process, or give this one a directory of its own (site.data-dir, or persistence.rocksdb.dir)",
                    e);
        }
        return at(directory, "cannot be opened", e);
    }

    static StorageException at(Path directory, String what, RocksDBException e) {
        if (isCorruption(e)) {
            return corrupt(directory, said(e), e);
        }
        String remedy = noSpace(e)
                ? "The disk is full: free space on it, the journal goes on by itself"
                : "Check the disk and its permissions; the journal retries by itself";
        return new StorageException("The journal in " + directory + " " + what + ": " + said(e) + ". " + remedy, e);
    }

    static StorageException.Corrupt corrupt(Path directory, String what, Throwable cause) {
        var missing = MISSING_LOG.matcher(what);
        String file = missing.find()
                ? " (file "
                        + directory.resolve(String.format(Locale.ROOT, "%06d.log", Long.parseLong(missing.group(1))))
                        + ")"
                : FILE.matcher(what).find() ? "" : suspect(directory);
        return new StorageException.Corrupt(
                "The journal in " + directory + " is corrupt: " + what + file + ". Check the disk. Then "
                        + START_WITHOUT,
                cause);
    }

    static boolean isCorruption(RocksDBException e) {
        return code(e) == Status.Code.Corruption || said(e).startsWith("Corruption");
    }

    private static boolean noSpace(RocksDBException e) {
        return said(e).contains("No space left")
                || Optional.ofNullable(e.getStatus())
                        .filter(status -> status.getSubCode() == Status.SubCode.NoSpace)
                        .isPresent();
    }

    private static Status.Code code(RocksDBException e) {
        return e.getStatus() == null ? Status.Code.Undefined : e.getStatus().getCode();
    }

    private static String said(RocksDBException e) {
        return String.valueOf(e.getMessage()).strip().replaceAll("\\.+$", "");
    }

    /** Some of RocksDB's messages do not name the damaged file, but its own log does, in its last complaint. */
    private static String suspect(Path directory) {
        try {
            String log = new String(Files.readAllBytes(directory.resolve("LOG")), StandardCharsets.ISO_8859_1);
            Optional<String> last = log.lines()
                    .filter(line -> line.contains("orruption") || line.contains("dropping"))
                    .flatMap(line -> FILE.matcher(line).results().map(MatchResult::group))
                    .reduce((a, b) -> b);
            return last.map(name -> " (file " + directory.resolve(name) + ")").orElse("");
        } catch (IOException e) {
            return " (RocksDB's own log cannot be read: " + e + ")";
        }
    }
}
