package io.holdfast.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Section {@code backup}. This version checks it and makes no backups, see {@link HoldfastSettings#warnings()}.
 *
 * @param path directory for backups, empty when they are off
 * @param frequency time between two backups, zero when they are off
 */
public record BackupSettings(Optional<Path> path, Duration frequency) {}
