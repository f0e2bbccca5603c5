import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeHint;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.sink.writer.AsyncSinkWriter;
import org.apache.flink.connector.base.sink.writer.ElementConverter;
import org.apache.flink.connector.base.sink.writer.ResultHandler;
import org.apache.flink.connector.base.sink.writer.config.AsyncSinkWriterConfiguration;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

/**
 * A job of the shape that the simulator plays, on a local cluster: shards, operators, a sink, with
 * the costs that are given as {@code name=value}. Its metrics are Flink's own. It runs until it is
 * killed.
 */
public final class Job {
  /** A record: its key, and what it carries. */
  static final TypeInformation<Tuple2<Integer, byte[]>> RECORD =
      TypeInformation.of(new TypeHint<Tuple2<Integer, byte[]>>() {});

  /** So many that few records fill the buffers between two tasks (32 KB each). */
  static final int BYTES = 4000;
  static final ScheduledExecutorService TIMER = Executors.newScheduledThreadPool(2);

  private Job() {}

  /** What is given, each with a default of none. */
  record Given(Map<String, String> values) implements Serializable {
    double number(String name) {
      return Double.parseDouble(values.getOrDefault(name, "0"));
    }

    int whole(String name) {
      return (int) number(name);
    }

    boolean is(String name) {
      return number(name) != 0;
    }
  }

  /** Time that a record takes: a part of it computes, the rest waits, as a blocking call would. */
  static final class Cost implements Serializable {
    private static final long MOST_LATE = TimeUnit.MILLISECONDS.toNanos(200);
    private final long computes;
    private final long waits;
    private long late;

    Cost(double micros, double waitingShare) {
      computes = (long) (micros * 1000 * (1 - waitingShare));
      waits = (long) (micros * 1000 * waitingShare);
    }

    void pay() {
      long begun = System.nanoTime();
      long due = begun + computes + waits - late;
      while (System.nanoTime() < Math.min(due, begun + computes)) {
        Thread.onSpinWait();
      }
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      // What a timer came too late is taken off the next records.
      late = Math.min(System.nanoTime() - due, MOST_LATE);
    }
  }

  /** What a sink takes of all its writers together. */
  static final class Throttle {
    private static final long LATE = TimeUnit.MILLISECONDS.toNanos(200);
    private static long next;

    private Throttle() {}

    /** Takes so many records; when they are written, by the clock of nanoTime. */
    static synchronized long take(double perSecond, int records) {
      next = Math.max(next, System.nanoTime() - LATE) + (long) (records * 1e9 / perSecond);
      return next;
    }
  }

  static final class Process
      extends RichMapFunction<Tuple2<Integer, byte[]>, Tuple2<Integer, byte[]>> {
    private final Cost cost;

    Process(Cost cost) {
      this.cost = cost;
    }

    @Override
    public Tuple2<Integer, byte[]> map(Tuple2<Integer, byte[]> value) {
      cost.pay();
      return value;
    }
  }

  /** Asks another service: as many requests at once as take the given time together. */
  static final class Ask
      extends RichAsyncFunction<Tuple2<Integer, byte[]>, Tuple2<Integer, byte[]>> {
    private final double micros;
    private final int requests;
    private final Cost computes;

    Ask(double micros, double waitingShare, int requests) {
      this.micros = micros;
      this.requests = requests;
      this.computes = new Cost(micros * (1 - waitingShare), 0);
    }

    @Override
    public void asyncInvoke(
        Tuple2<Integer, byte[]> value, ResultFuture<Tuple2<Integer, byte[]>> result) {
      computes.pay();
      long nanos = (long) (micros * 1000 * requests);
      TIMER.schedule(() -> result.complete(List.of(value)), nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** A sink that writes record by record, and waits for each. */
  static final class Blocking implements Sink<Tuple2<Integer, byte[]>> {
    private final double perSecond;
    private final Cost cost;

    Blocking(double perSecond, Cost cost) {
      this.perSecond = perSecond;
      this.cost = cost;
    }

    @Override
    public SinkWriter<Tuple2<Integer, byte[]>> createWriter(WriterInitContext context) {
      return new SinkWriter<>() {
        @Override
        public void write(Tuple2<Integer, byte[]> element, Context of) {
          cost.pay();
          if (perSecond > 0) {
            long due = Throttle.take(perSecond, 1);
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
              LockSupport.parkNanos(left);
            }
          }
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
      };
    }
  }

  /** What the connectors of AWS are made of: batches in flight, and a buffer that is bounded. */
  static final class Batching implements Sink<Tuple2<Integer, byte[]>> {
    private static final int BATCH = 10;
    private final double perSecond;

    Batching(double perSecond) {
      this.perSecond = perSecond;
    }

    @Override
    public SinkWriter<Tuple2<Integer, byte[]>> createWriter(WriterInitContext context) {
      return new Writer((record, of) -> record.f0, context, perSecond);
    }
  }

  static final class Writer extends AsyncSinkWriter<Tuple2<Integer, byte[]>, Integer> {
    private final double perSecond;

    @SuppressWarnings("deprecation")
    Writer(
        ElementConverter<Tuple2<Integer, byte[]>, Integer> converter,
        WriterInitContext context,
        double perSecond) {
      super(
          converter,
          context,
          AsyncSinkWriterConfiguration.builder()
              .setMaxBatchSize(Batching.BATCH)
              .setMaxBatchSizeInBytes(1 << 20)
              .setMaxInFlightRequests(2)
              .setMaxBufferedRequests(10 * Batching.BATCH)
              .setMaxTimeInBufferMS(100)
              .setMaxRecordSizeInBytes(1 << 13)
              .build(),
          List.of());
      this.perSecond = perSecond;
    }

    @Override
    protected void submitRequestEntries(List<Integer> entries, ResultHandler<Integer> handler) {
      long nanos = Throttle.take(perSecond, entries.size()) - System.nanoTime();
      TIMER.schedule(handler::complete, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    protected long getSizeInBytes(Integer entry) {
      return BYTES;
    }
  }

  /** Keys of which each key group has as many records; a hot one has its share of them all. */
  static final class Keys {
    private final List<Integer> ordinary = new ArrayList<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private final double skew;
    private final int hot;

    Keys(int groups, int parallelism, double skew) {
      this.skew = skew;
      Map<Integer, Integer> byGroup = new HashMap<>();
      for (int key = 0; byGroup.size() < groups; key++) {
        byGroup.putIfAbsent(KeyGroupRangeAssignment.assignToKeyGroup(key, groups), key);
      }
      hot = byGroup.get(0);
      for (int group = 0; group < groups; group++) {
        int subtask =
            KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup(groups, parallelism, group);
        if (skew == 0 || subtask > 0) {
          ordinary.add(byGroup.get(group));
        }
      }
    }

    int next() {
      boolean isHot = random.nextDouble() < skew;
      return isHot ? hot : ordinary.get(random.nextInt(ordinary.size()));
    }
  }

  static Given given(String[] words) {
    Map<String, String> values = new HashMap<>();
    for (String word : words) {
      int at = word.indexOf('=');
      values.put(word.substring(0, at), word.substring(at + 1));
    }
    return new Given(values);
  }

  public static void main(String[] words) throws Exception {
    Given given = given(words);
    Configuration configuration = new Configuration();
    configuration.setString("rest.port", given.values().get("port"));
    configuration.setString("metrics.fetcher.update-interval", "1000");
    configuration.setString("taskmanager.numberOfTaskSlots", given.values().get("parallelism"));
    StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.getExecutionEnvironment(configuration);
    environment.setParallelism(given.whole("parallelism"));
    environment.setMaxParallelism(given.whole("max_parallelism"));
    int tasks = given.whole("tasks");
    DataStream<Tuple2<Integer, byte[]>> records =
        environment.fromSource(
            new Shards(given), WatermarkStrategy.noWatermarks(), "shards", RECORD);
    if (tasks > 1) {
      records = given.is("is_keyed") ? records.keyBy(each -> each.f0) : records.rebalance();
    }
    SingleOutputStreamOperator<Tuple2<Integer, byte[]>> processed = process(records, given);
    DataStreamSink<Tuple2<Integer, byte[]>> sink =
        processed.name("Process").returns(RECORD).sinkTo(sink(given)).name("out");
    if (tasks > 2) {
      sink.disableChaining();
    }
    environment.execute(given.values().get("name"));
  }

  private static SingleOutputStreamOperator<Tuple2<Integer, byte[]>> process(
      DataStream<Tuple2<Integer, byte[]>> records, Given given) {
    double micros = given.number("operator_micros");
    double waits = given.number("io_share");
    int requests = given.whole("io_requests");
    return requests > 0
        ? AsyncDataStream.unorderedWait(
            records, new Ask(micros, waits, requests), 1, TimeUnit.HOURS, requests)
        : records.map(new Process(new Cost(micros, waits)));
  }

  private static Sink<Tuple2<Integer, byte[]>> sink(Given given) {
    double perSecond = given.number("sink_per_second");
    return given.is("sink_is_async")
        ? new Batching(perSecond)
        : new Blocking(perSecond, new Cost(given.number("sink_micros"), 0));
  }
}
