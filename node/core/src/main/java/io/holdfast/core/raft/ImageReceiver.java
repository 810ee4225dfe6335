package io.holdfast.core.raft;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.PeerMessage.ImageChunk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/** Collects the chunks of one image, in order. A chunk of another image starts anew; a wrong checksum does, too. */
final class ImageReceiver {
    private long index;
    private long term;
    private int count;
    private int checksum;
    private int next;
    /** Put together at the end only: an array that grows with them would take up to twice as much all the time. */
    private final List<Bytes> collected = new ArrayList<>();

    private Optional<Bytes> complete = Optional.empty();

    /** Answers the number of the chunk that is wanted next. */
    int take(ImageChunk chunk) {
        boolean sameImage = chunk.imageIndex() == index
                && chunk.imageTerm() == term
                && chunk.count() == count
                && chunk.checksum() == checksum;
        if (!sameImage) {
            restart(chunk);
        }
        if (chunk.number() == next) {
            collected.add(chunk.bytes());
            next++;
        }
        if (next == count) {
            finish();
        }
        return next;
    }

    private void restart(ImageChunk chunk) {
        index = chunk.imageIndex();
        term = chunk.imageTerm();
        count = chunk.count();
        checksum = chunk.checksum();
        next = 0;
        collected.clear();
    }

    /** The log goes on without the rest of it. */
    void forget() {
        index = 0;
        next = 0;
        collected.clear();
    }

    private void finish() {
        byte[] image = together();
        var crc = new CRC32C();
        crc.update(image);
        index = 0;
        if ((int) crc.getValue() == checksum) {
            complete = Optional.of(Bytes.wrap(image));
        } else {
            next = 0;
        }
    }

    private byte[] together() {
        int length = 0;
        for (Bytes chunk : collected) {
            length += chunk.length();
        }
        var all = ByteBuffer.allocate(length);
        for (Bytes chunk : collected) {
            all.put(chunk.unsafeArray());
        }
        collected.clear();
        return all.array();
    }

    /** The whole image, once, after its last chunk. */
    Optional<Bytes> complete() {
        Optional<Bytes> result = complete;
        complete = Optional.empty();
        return result;
    }
}
