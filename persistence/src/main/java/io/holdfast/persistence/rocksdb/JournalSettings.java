package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.rocksdb.CompressionType;

/** The journal's settings, checked. Units, defaults and trade-offs are in {@code reference.conf}; code holds none. */
record JournalSettings(
        Path directory,
        int queueCapacity,
        long queueBytes,
        long batchBytes,
        Duration stallTimeout,
        Duration reopenInterval,
        long reopenFreeSpace,
        long blockCache,
        long writeBuffer,
        int writeBuffers,
        long walLimit,
        CompressionType compression,
        int backgroundJobs,
        Duration closeTimeout) {

    private static final Map<String, CompressionType> COMPRESSIONS =
            Map.of("none", CompressionType.NO_COMPRESSION, "lz4", CompressionType.LZ4_COMPRESSION);

    static JournalSettings of(Config config) {
        return new JournalSettings(
                RocksStorage.journalIn(directory(config)),
                positiveInt(config, "queue-capacity"),
                positiveBytes(config, "queue-bytes"),
                positiveBytes(config, "batch-bytes"),
                config.getDuration("stall-timeout"),
                config.getDuration("reopen-interval"),
                config.getMemorySize("reopen-free-space").toBytes(),
                positiveBytes(config, "block-cache"),
                positiveBytes(config, "write-buffer"),
                positiveInt(config, "write-buffers"),
                positiveBytes(config, "wal-limit"),
                compression(config),
                positiveInt(config, "background-jobs"),
                config.getDuration("close-timeout"));
    }

    /** The required key {@code dir}, absolute and normalized, so that two spellings of one directory are one. */
    static Path directory(Config config) {
        String dir = config.getString("dir");
        if (dir.isBlank()) {
            throw new ConfigException.BadValue(
                    config.origin(), "dir", "is empty; set it to the directory that holds this node's data");
        }
        return Path.of(dir).toAbsolutePath().normalize();
    }

    static int positiveInt(Config config, String key) {
        int value = config.getInt(key);
        if (value < 1) {
            throw new ConfigException.BadValue(config.getValue(key).origin(), key, "is " + value + ", must be >= 1");
        }
        return value;
    }

    private static long positiveBytes(Config config, String key) {
        long value = config.getMemorySize(key).toBytes();
        if (value < 1) {
            throw new ConfigException.BadValue(config.getValue(key).origin(), key, "is " + value + ", must be >= 1");
        }
        return value;
    }

    private static CompressionType compression(Config config) {
        String name = config.getString("compression");
        CompressionType type = COMPRESSIONS.get(name);
        if (type == null) {
            throw new ConfigException.BadValue(
                    config.getValue("compression").origin(), "compression", "is '" + name + "', must be none or lz4");
        }
        return type;
    }
}
