package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/riverqueue/river"

	"commoncase/app/store/storetest"
)

type greeting struct {
	Word string `json:"word"`
}

func (greeting) Kind() string { return "greeting" }

type greeter struct {
	river.WorkerDefaults[greeting]
	heard chan string
}

func (g *greeter) Work(_ context.Context, job *river.Job[greeting]) error {
	g.heard <- job.Args.Word
	return nil
}

// A job comes to pass where its transaction was committed, and only there.
func TestJobsBelongToTheirTransaction(t *testing.T) {
	storetest.Each(t, migrateForLog, func(t *testing.T, url string) {
		ctx := t.Context()
		st, err := Open(ctx, url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		if ok, err := st.QueueReady(ctx); err != nil || !ok {
			t.Fatalf("after the migrations the queue is ready: %v, %v", ok, err)
		}
		if _, err := st.Migrate(ctx); err != nil {
			t.Fatalf("migrate again: %v", err)
		}
		g := &greeter{heard: make(chan string, 10)}
		workers := river.NewWorkers()
		river.AddWorker(workers, g)
		q, err := st.NewQueue(&river.Config{Workers: workers, PollOnly: true, FetchPollInterval: 50 * time.Millisecond, FetchCooldown: 20 * time.Millisecond,
			Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Add(ctx, st, greeting{"outside"}, nil); err == nil {
			t.Error("a job outside a transaction was taken")
		}
		sorry := errors.New("sorry")
		if err := st.Tx(ctx, func(tx *Store) error {
			if err := q.Add(ctx, tx, greeting{"rolled back"}, nil); err != nil {
				t.Fatal(err)
			}
			return sorry
		}); !errors.Is(err, sorry) {
			t.Fatal(err)
		}
		if err := st.Tx(ctx, func(tx *Store) error {
			if err := q.Add(ctx, tx, greeting{"committed"}, nil); err != nil {
				return err
			}
			// Inside a transaction inside, too.
			return tx.Tx(ctx, func(inner *Store) error { return q.Add(ctx, inner, greeting{"inner"}, nil) })
		}); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(ctx); err != nil {
			t.Fatal(err)
		}
		heard := map[string]bool{}
		for range 2 {
			select {
			case w := <-g.heard:
				heard[w] = true
			case <-time.After(10 * time.Second):
				t.Fatal("no job in ten seconds")
			}
		}
		stop, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := q.Stop(stop); err != nil {
			t.Fatal(err)
		}
		if len(g.heard) != 0 || !heard["committed"] || !heard["inner"] {
			t.Errorf("heard %v and %d more", heard, len(g.heard))
		}
	})
}
