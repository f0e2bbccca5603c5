import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * A stream with shards, into which records come at an even pace, and have come for a while before
 * the job begins. Shard i is read by subtask i modulo the parallelism. Of each reader it tells
 * millisBehindLatest, as the connector of Kinesis does.
 */
final class Shards implements Source<Tuple2<Integer, byte[]>, Shards.Shard, Integer> {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private final Job.Given given;

  Shards(Job.Given given) {
    this.given = given;
  }

  record Shard(int number) implements SourceSplit {
    @Override
    public String splitId() {
      return "shard-" + number;
    }
  }

  @Override
  public Boundedness getBoundedness() {
    return Boundedness.CONTINUOUS_UNBOUNDED;
  }

  @Override
  public SplitEnumerator<Shard, Integer> createEnumerator(SplitEnumeratorContext<Shard> context) {
    return new Enumerator(context, given.whole("shards"));
  }

  @Override
  public SplitEnumerator<Shard, Integer> restoreEnumerator(
      SplitEnumeratorContext<Shard> context, Integer checkpoint) {
    return createEnumerator(context);
  }

  @Override
  public SimpleVersionedSerializer<Shard> getSplitSerializer() {
    return new Numbers<>() {
      @Override
      int number(Shard shard) {
        return shard.number();
      }

      @Override
      Shard of(int number) {
        return new Shard(number);
      }
    };
  }

  @Override
  public SimpleVersionedSerializer<Integer> getEnumeratorCheckpointSerializer() {
    return new Numbers<>() {
      @Override
      int number(Integer value) {
        return value;
      }

      @Override
      Integer of(int number) {
        return number;
      }
    };
  }

  @Override
  public SourceReader<Tuple2<Integer, byte[]>, Shard> createReader(SourceReaderContext context) {
    return new Reader(context, given);
  }

  /** What is one number, as bytes. */
  abstract static class Numbers<T> implements SimpleVersionedSerializer<T> {
    abstract int number(T value);

    abstract T of(int number);

    @Override
    public int getVersion() {
      return 1;
    }

    @Override
    public byte[] serialize(T value) {
      return java.nio.ByteBuffer.allocate(4).putInt(number(value)).array();
    }

    @Override
    public T deserialize(int version, byte[] bytes) {
      return of(java.nio.ByteBuffer.wrap(bytes).getInt());
    }
  }

  static final class Enumerator implements SplitEnumerator<Shard, Integer> {
    private final SplitEnumeratorContext<Shard> context;
    private final int shards;

    Enumerator(SplitEnumeratorContext<Shard> context, int shards) {
      this.context = context;
      this.shards = shards;
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, String host) {}

    @Override
    public void addSplitsBack(List<Shard> splits, int subtask) {}

    @Override
    public void addReader(int subtask) {
      for (int shard = subtask; shard < shards; shard += context.currentParallelism()) {
        context.assignSplit(new Shard(shard), subtask);
      }
    }

    @Override
    public Integer snapshotState(long checkpoint) {
      return shards;
    }

    @Override
    public void close() {}
  }

  static final class Reader implements SourceReader<Tuple2<Integer, byte[]>, Shard> {
    private final SourceReaderContext context;
    private final Job.Keys keys;
    private final Job.Cost cost;
    private final double perShard;
    private final double backlogSeconds;
    private final byte[] payload = new byte[Job.BYTES];
    private final List<Shard> shards = new ArrayList<>();
    private CompletableFuture<Void> available = new CompletableFuture<>();
    private long begun;
    private volatile long read;

    Reader(SourceReaderContext context, Job.Given given) {
      this.context = context;
      keys =
          new Job.Keys(
              given.whole("max_parallelism"), given.whole("parallelism"), given.number("skew"));
      cost = new Job.Cost(given.number("source_micros"), 0);
      perShard = given.number("rate") / given.whole("shards");
      backlogSeconds = given.number("backlog_seconds");
    }

    @Override
    public void start() {
      begun = System.nanoTime();
      context.metricGroup().gauge("millisBehindLatest", this::millisecondsBehind);
    }

    private double perSecond() {
      return perShard * shards.size();
    }

    private double secondsOfRecords() {
      return backlogSeconds + (System.nanoTime() - begun) / 1e9;
    }

    private long millisecondsBehind() {
      boolean isIdle = perSecond() == 0;
      return isIdle ? 0 : (long) Math.max(0, 1e3 * (secondsOfRecords() - read / perSecond()));
    }

    @Override
    public InputStatus pollNext(ReaderOutput<Tuple2<Integer, byte[]>> output) {
      if (read + 1 > secondsOfRecords() * perSecond()) {
        return InputStatus.NOTHING_AVAILABLE;
      }
      cost.pay();
      read++;
      context.metricGroup().getIOMetricGroup().getNumRecordsInCounter().inc();
      output.collect(Tuple2.of(keys.next(), payload));
      return InputStatus.MORE_AVAILABLE;
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
      if (read + 1 <= secondsOfRecords() * perSecond()) {
        return CompletableFuture.completedFuture(null);
      }
      // The future that was handed out last may still be waited for.
      if (available.isDone()) {
        available = new CompletableFuture<>();
      }
      if (!shards.isEmpty()) {
        CompletableFuture<Void> later = available;
        Job.TIMER.schedule(() -> later.complete(null), POLL_NANOS, TimeUnit.NANOSECONDS);
      }
      return available;
    }

    @Override
    public void addSplits(List<Shard> splits) {
      shards.addAll(splits);
      available.complete(null);
    }

    @Override
    public void notifyNoMoreSplits() {}

    @Override
    public List<Shard> snapshotState(long checkpoint) {
      return shards;
    }

    @Override
    public void close() {}
  }
}
