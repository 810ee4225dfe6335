package io.holdfast.config;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Section {@code security}.
 *
 * @param tls encryption between nodes and towards clients
 */
public record SecuritySettings(Tls tls) {
    /**
     * Section {@code security.tls}. Always off: a configuration that enables it is rejected by this version.
     *
     * @param enabled false
     * @param certificate PEM file with this node's certificate chain
     * @param privateKey PEM file with its private key
     * @param trustedCertificates PEM file with the authorities that are trusted
     */
    public record Tls(
            boolean enabled,
            Optional<Path> certificate,
            Optional<Path> privateKey,
            Optional<Path> trustedCertificates) {}
}
