package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small file system of its own, really full when it is filled. Skips the test where the operating system lets nobody mount one. */
final class SmallDisk implements AutoCloseable {
    private final Path mount;
    private final Path filler;

    private SmallDisk(Path mount) {
        this.mount = mount;
        this.filler = mount.resolve("filler");
    }

    static SmallDisk mountedAt(Path directory, int megabytes) throws IOException {
        Files.createDirectories(directory);
        assumeTrue(
                run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString()),
                "may not mount a tmpfs");
        return new SmallDisk(directory);
    }

    /** Leaves so much free. */
    void fillUpTo(long freeBytes) {
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] block = new byte[64 << 10];
            while (Files.getFileStore(mount).getUsableSpace() > freeBytes) {
                out.write(block);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the disk " + mount + " cannot be filled", e);
        }
    }

    void free() {
        try {
            Files.delete(filler);
        } catch (IOException e) {
            throw new UncheckedIOException("the filler of " + mount + " cannot be removed", e);
        }
    }

    @Override
    public void close() throws IOException {
        assertThat(run("umount", mount.toString())).as("unmounted " + mount).isTrue();
    }

    private static boolean run(String... command) throws IOException {
        try {
            return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command[0], e);
        }
    }
}
