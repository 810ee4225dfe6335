package io.holdfast.server.cli.transfer;

import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.InterruptHook;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Pattern;

/** The file of an export. It appears, or replaces what was there, when it is complete and on the disk. */
final class ExportFile {
    private static final int BUFFER = 1 << 18;
    private static final Pattern DESCRIPTOR =
            Pattern.compile("/dev/(fd/.*|stdout|stderr)|/proc/[^/]+(/task/[^/]+)?/fd/.*");
    private static final int MAX_LINKS = 40;

    private ExportFile() {}

    /** What is to be in the file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    static void write(Path named, Content content) throws IOException {
        if (isNoRegularFile(named)) {
            writeDirectly(named, content);
            return;
        }
        // A link stays one: what it leads to is replaced.
        Path target = followed(named.toAbsolutePath());
        Path directory = target.getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw refused(named, "its directory does not exist.");
        }
        if (Files.exists(target) && !Files.isWritable(target)) {
            throw refused(named, "it is there, and may not be changed.");
        }
        replace(target, content);
    }

    /** A device or a pipe is written to, not replaced; so is what the process has open under a name of its own. */
    private static boolean isNoRegularFile(Path named) {
        if (Files.isDirectory(named)) {
            throw refused(named, "it is a directory.");
        }
        return Files.exists(named) && (isDescriptor(named.toAbsolutePath()) || !Files.isRegularFile(named));
    }

    private static boolean isDescriptor(Path path) {
        return DESCRIPTOR.matcher(path.normalize().toString()).matches();
    }

    private static void writeDirectly(Path named, Content content) throws IOException {
        // What /proc names may be a file in which there is something already.
        try (OutputStream out = new BufferedOutputStream(
                Files.newOutputStream(named, StandardOpenOption.WRITE, StandardOpenOption.APPEND), BUFFER)) {
            content.writeTo(out);
        }
    }

    private static Path followed(Path named) throws IOException {
        Path path = named;
        for (int links = 0; Files.isSymbolicLink(path); links++) {
            if (links == MAX_LINKS) {
                throw new FileSystemLoopException(named.toString());
            }
            path = path.resolveSibling(Files.readSymbolicLink(path));
        }
        return path;
    }

    private static void replace(Path target, Content content) throws IOException {
        // A name of its own for each: two exports into one file must not write into each other's.
        Path unfinished = target.resolveSibling(".holdfast-export-" + UUID.randomUUID());
        InterruptHook hook = InterruptHook.set(
                "holdfast-export-cleanup", () -> unfinished.toFile().delete());
        try {
            writeToDisk(unfinished, content);
            keepPermissions(target, unfinished);
            Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
            hook.remove();
        }
    }

    private static void writeToDisk(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
            content.writeTo(out);
            out.flush();
            // Without this a power cut after the move could leave an empty file in the place of a good one.
            channel.force(true);
        }
    }

    private static void keepPermissions(Path from, Path to) throws IOException {
        if (Files.exists(from) && Files.getFileStore(from).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(to, Files.getPosixFilePermissions(from));
        }
    }

    private static CommandFailure refused(Path file, String why) {
        return CommandFailure.usage("The file '" + file + "' cannot be written: " + why);
    }
}
