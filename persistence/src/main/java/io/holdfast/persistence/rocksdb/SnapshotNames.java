package io.holdfast.persistence.rocksdb;

import io.holdfast.persistence.SealedRecord;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The directory name of a persistence id, durable for ever: any id, any length, never two ids under one name. */
final class SnapshotNames {
    /** File names end at 255 bytes; a longer id goes by its hash, and the header tells what it was. */
    private static final int MAX_NAME = 200;

    private SnapshotNames() {}

    static String directory(String persistenceId) {
        // The prefix keeps "." and ".." from being what they are to the file system.
        String name = URLEncoder.encode(persistenceId, StandardCharsets.UTF_8).replace(".", "%2E");
        return name.length() <= MAX_NAME ? "id-" + name : "sha256-" + hash(persistenceId);
    }

    private static String hash(String persistenceId) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(SealedRecord.utf8(persistenceId));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
