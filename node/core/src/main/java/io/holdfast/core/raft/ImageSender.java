package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Sends one encoded image to one follower: a few chunks ahead of the acknowledgements, again from there after a silence. */
final class ImageSender {
    private static final int WINDOW = 4;

    private final Raft raft;
    private final SiteId to;
    private final Image image;
    private int acknowledged;
    /** What the newest acknowledgement said: less than the highest one if that was from before the receiver's restart. */
    private int lastAcknowledgement;

    private int sent;
    private long lastProgressNanos;

    /** An encoded image, cut into chunks as it is sent; shared by all followers that need one. */
    record Image(long index, long term, Bytes bytes, int checksum, int chunkBytes) {
        static Image of(Input.ImageEncoded encoded, int chunkBytes) {
            var crc = new CRC32C();
            crc.update(encoded.image().unsafeArray());
            return new Image(encoded.index(), encoded.term(), encoded.image(), (int) crc.getValue(), chunkBytes);
        }

        int count() {
            return count(bytes.length(), chunkBytes);
        }

        /** Counted in longs: an image may be nearly as large as an array can be. */
        static int count(long length, int chunkBytes) {
            return (int) Math.max(1, (length + chunkBytes - 1) / chunkBytes);
        }

        Bytes chunk(int number) {
            long from = (long) number * chunkBytes;
            long to = Math.min(from + chunkBytes, bytes.length());
            return Bytes.wrap(Arrays.copyOfRange(bytes.unsafeArray(), (int) from, (int) to));
        }
    }

    ImageSender(Raft raft, SiteId to, Image image) {
        this.raft = raft;
        this.to = to;
        this.image = image;
        this.lastProgressNanos = raft.now.nanos();
    }

    Image image() {
        return image;
    }

    long bytes() {
        return image.bytes().length();
    }

    long index() {
        return image.index();
    }

    void proceed() {
        while (sent < image.count() && sent < acknowledged + WINDOW) {
            raft.send(
                    to,
                    new ImageChunk(
                            raft.config.self(),
                            raft.identity(),
                            raft.term(),
                            image.index(),
                            image.term(),
                            sent,
                            image.count(),
                            image.checksum(),
                            image.chunk(sent)));
            sent++;
        }
    }

    void acknowledged(int next) {
        lastAcknowledgement = Math.min(next, image.count());
        if (next > acknowledged) {
            acknowledged = Math.min(next, image.count());
            sent = Math.max(sent, acknowledged);
            lastProgressNanos = raft.now.nanos();
        } else if (next == 0 && acknowledged > 0) {
            // The receiver began anew: it restarted, or the checksum was wrong.
            acknowledged = 0;
            sent = 0;
        }
    }

    void tick() {
        if (raft.now.nanos() - lastProgressNanos >= raft.config.imageRetryNanos()) {
            acknowledged = lastAcknowledgement;
            sent = Math.min(acknowledged, image.count() - 1);
            lastProgressNanos = raft.now.nanos();
        }
    }

    /** The follower is decoding or saving it. */
    void installing() {
        lastProgressNanos = raft.now.nanos();
    }
}
