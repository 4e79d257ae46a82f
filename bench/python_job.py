"""The tutorial as a Python job: read nine rows, train an LSTM of 50 units for 200 epochs, forecast, store the forecast.

The peer of one SQL statement in sql.py. The connection comes from the environment, as for psql.
"""

import psycopg2
import torch

torch.set_num_threads(1)  # more make so small a network slower
torch.manual_seed(0)


class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = torch.nn.LSTM(1, 50, batch_first=True)
        self.dense = torch.nn.Linear(50, 1)

    def forward(self, x):
        return self.dense(self.lstm(x)[0][:, -1])


connection = psycopg2.connect("")
cursor = connection.cursor()
cursor.execute("SELECT value FROM temps ORDER BY day")
series = torch.tensor([float(value) for value, in cursor.fetchall()])
mean, deviation = series.mean(), series.std(unbiased=False)
scaled = (series - mean) / deviation
x = torch.stack([scaled[i:i + 3] for i in range(len(series) - 3)]).unsqueeze(-1)
y = scaled[3:].unsqueeze(-1)

network = Network()
optimizer = torch.optim.Adam(network.parameters(), lr=0.005)
for _ in range(200):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(network(x), y).backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
    optimizer.step()

with torch.no_grad():
    forecast = network(scaled[-3:].reshape(1, 3, 1)).item() * deviation.item() + mean.item()
cursor.execute("INSERT INTO forecasts (step, forecast) VALUES (1, %s)", (forecast,))
connection.commit()
