package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.persistence.StorageException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class CassandraErrorsTest {
    @Test
    void reasonsAreForPeople() {
        var late = new CompletionException(new CompletionException(new TimeoutException()));
        assertThat(CassandraErrors.reason(late)).isEqualTo("no answer in time");

        var corrupt = new CompletionException(new StorageException.Corrupt("Keyspace k is another storage", null));
        assertThat(CassandraErrors.reason(corrupt)).isEqualTo("Keyspace k is another storage");

        assertThat(CassandraErrors.reason(new IllegalStateException())).isEqualTo("IllegalStateException");
    }
}
